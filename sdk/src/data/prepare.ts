/** Prepares loaded examples for the model: encodes all, holds them to the length limit, and counts everything. */
import { setImmediate } from "node:timers/promises";
import { CancelledError, DataError, type Fault, TokenizerError } from "../errors.js";
import type { ChatTemplate } from "./chat-template.js";
import type { LoadedExamples } from "./data-source.js";
import type { Datum, Example, Source } from "./datum.js";
import { encodeExample } from "./encode.js";
import { describeHistogram, type LengthBucket, lengthHistogram } from "./length-histogram.js";
import { placeOf } from "./parse-row.js";
import type { Tokenizer } from "./tokenizer.js";

/** How to prepare. */
export interface PrepareOptions {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  /** Longest example in tokens. */
  readonly maxTokens: number;
  /** What to do with a longer one: refuse the data, or leave the example out and count it. Nothing is ever cut. */
  readonly tooLong: "error" | "drop";
  readonly signal?: AbortSignal | undefined;
}

/** Data ready to be uploaded. */
export interface PreparedData {
  readonly datums: readonly Datum[];
  readonly summary: DataSummary;
  /** Hash of the source, from LoadedExamples. */
  readonly contentHash: string;
}

/** The data in figures. All but `dropped` counts what is trained on. */
export interface DataSummary {
  readonly examples: number;
  readonly tokens: number;
  /** Tokens with a weight above 0. */
  readonly trainedTokens: number;
  /** Tokens of the longest example. */
  readonly longest: number;
  /** Examples left out, each with the reason. */
  readonly dropped: readonly DroppedExample[];
  readonly histogram: readonly LengthBucket[];
}

/** An example that was left out because the caller asked for it. */
export interface DroppedExample {
  readonly source: Source;
  readonly reason: "too-long";
  readonly tokens: number;
}

const examplesBetweenPauses = 32;

/**
 * Encodes all examples.
 *
 * Throws, each time with every row: TokenizerError "chat-template" where the mask can't be told for certain; DataError
 * "invalid-data" where a row can't be encoded or would teach nothing; DataError "sequence-too-long" for rows over the
 * limit unless `tooLong` is "drop"; DataError where no example is left; CancelledError on the signal.
 */
export async function prepareData(loaded: LoadedExamples, options: PrepareOptions): Promise<PreparedData> {
  const encoded = await encodeAll(loaded.examples, options);
  const long = encoded.filter(({ tokenIds }) => tokenIds.length > options.maxTokens);
  if (long.length > 0 && options.tooLong === "error") throw tooLongRows(encoded, long, options.maxTokens);
  const datums = encoded.filter(({ tokenIds }) => tokenIds.length <= options.maxTokens);
  if (datums.length === 0) throw nothingLeft(encoded, options.maxTokens);
  const dropped = long.map(
    ({ source, tokenIds }): DroppedExample => ({ source, reason: "too-long", tokens: tokenIds.length }),
  );
  return { datums, summary: summarise(datums, dropped), contentHash: loaded.contentHash };
}

async function encodeAll(examples: readonly Example[], options: PrepareOptions): Promise<readonly Datum[]> {
  const datums: Datum[] = [];
  const faults: { readonly fault: Fault; readonly blame: "row" | "chat-template" }[] = [];
  for (const [index, example] of examples.entries()) {
    // Tokenising is CPU work on the event loop; connections must be able to answer heartbeats in between.
    if (index % examplesBetweenPauses === 0) await setImmediate();
    if (options.signal?.aborted) throw cancelled(options.signal);
    const encoded = encodeExample(example, options);
    if ("datum" in encoded) datums.push(encoded.datum);
    else faults.push(encoded);
  }
  const ofTemplate = faults.filter(({ blame }) => blame === "chat-template").map(({ fault }) => fault);
  if (ofTemplate.length > 0) throw templateFails(ofTemplate, examples.length);
  if (faults.length > 0)
    throw rowsFail(
      faults.map(({ fault }) => fault),
      examples.length,
    );
  return datums;
}

function summarise(datums: readonly Datum[], dropped: readonly DroppedExample[]): DataSummary {
  const lengths = datums.map(({ tokenIds }) => tokenIds.length);
  return {
    examples: datums.length,
    tokens: sum(lengths),
    trainedTokens: sum(datums.map(({ lossWeights }) => lossWeights.filter((weight) => weight > 0).length)),
    longest: longestOf(lengths),
    dropped,
    histogram: lengthHistogram(lengths),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function longestOf(lengths: readonly number[]): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

function templateFails(faults: readonly Fault[], rows: number): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: `The model's chat template fails on ${faults.length} of ${rows} rows.`,
    faults,
    nextStep: "give these rows as prompt and completion, or use a model whose template renders them",
  });
}

function rowsFail(faults: readonly Fault[], rows: number): DataError {
  return new DataError({
    code: "invalid-data",
    what: `${faults.length} of ${rows} rows can't be trained on.`,
    faults,
    nextStep: "mend or remove these rows; nothing was trained",
  });
}

function tooLongRows(all: readonly Datum[], long: readonly Datum[], maxTokens: number): DataError {
  const lengths = all.map(({ tokenIds }) => tokenIds.length);
  const faults = long.map(({ source, tokenIds }) => ({
    where: placeOf(source),
    problem: "the row is longer than maxTokens",
    found: `${tokenIds.length} tokens`,
    check: "sequence_too_long",
  }));
  return new DataError({
    code: "sequence-too-long",
    what: `${long.length} of ${all.length} rows are longer than ${maxTokens} tokens.`,
    found: describeHistogram(lengthHistogram(lengths)),
    wanted: `at most ${maxTokens} tokens a row`,
    faults,
    nextStep:
      `maxTokens: ${longestOf(lengths)} fits every row, if the model's context is that long; ` +
      `tooLong: "drop" leaves these rows out and counts them`,
  });
}

function nothingLeft(encoded: readonly Datum[], maxTokens: number): DataError {
  return new DataError({
    code: "invalid-data",
    what: "No example is left to train on.",
    found: `${encoded.length} examples, all longer than ${maxTokens} tokens`,
    wanted: "at least one example",
    nextStep: "raise maxTokens, or give shorter examples",
  });
}

function cancelled(signal: AbortSignal): CancelledError {
  return new CancelledError({ code: "cancelled", what: "Preparing the data was cancelled.", cause: signal.reason });
}
