/** The options of Client.generate. */
import { z } from "zod";
import type { ModelReference, Picking } from "../evaluation/inference.js";
import { modelReferenceSchema } from "./model-reference-schema.js";
import { abortSignal, exactObject, numberWhere, text, wholeNumber } from "./option-checks.js";
import { readOptions } from "./read-options.js";

/** What `client.generate` takes. */
export interface GenerateOptions {
  /** Which weights; default the base model. */
  readonly model?: ModelReference | undefined;
  /** Most new tokens of an answer; default 256. */
  readonly maxNewTokens?: number | undefined;
  /** Draw each token at random instead of taking the likeliest; default greedy. */
  readonly sampling?: SamplingOptions | undefined;
  /** An answer ends before the first of these; default none. The model's own end-of-turn tokens always end it. */
  readonly stopStrings?: readonly string[] | undefined;
  /** Stops the generation. */
  readonly signal?: AbortSignal | undefined;
}

/** How to draw a token. */
export interface SamplingOptions {
  /** Above 0; default 1. */
  readonly temperature?: number | undefined;
  /** Keep the likeliest tokens that together reach this probability; above 0, default 1 (all). */
  readonly topP?: number | undefined;
  /** Keep this many of the likeliest tokens; default 0 (all). */
  readonly topK?: number | undefined;
  /** The same seed gives the same answers; default 0. */
  readonly seed?: number | undefined;
}

/** Options with every default filled in. */
export interface GenerateSettings {
  readonly model: ModelReference;
  readonly maxNewTokens: number;
  readonly picking: Picking;
  readonly stopStrings: readonly string[];
  readonly signal: AbortSignal | undefined;
}

const schema = exactObject({
  model: modelReferenceSchema.optional(),
  maxNewTokens: wholeNumber(1).optional(),
  sampling: exactObject({
    temperature: numberWhere("a number above 0", (value) => value > 0).optional(),
    topP: numberWhere("a number above 0, at most 1", (value) => value > 0 && value <= 1).optional(),
    topK: wholeNumber(0).optional(),
    seed: wholeNumber(0).optional(),
  }).optional(),
  stopStrings: z.array(text(1000), { error: "a list of texts" }).optional(),
  signal: abortSignal().optional(),
});

/** Checks the options and fills every default. Throws OptionsError with all faults. */
export function readGenerateOptions(options: GenerateOptions): GenerateSettings {
  const { model, maxNewTokens, sampling, stopStrings, signal } = readOptions(schema, options, "client.generate");
  const { temperature = 1, topP = 1, topK = 0, seed = 0 } = sampling ?? {};
  return {
    model: model ?? { kind: "base" },
    maxNewTokens: maxNewTokens ?? 256,
    picking: sampling === undefined ? { kind: "greedy" } : { kind: "sampling", temperature, topP, topK, seed },
    stopStrings: stopStrings ?? [],
    signal,
  };
}
