/** A context for evaluations over a fake inference. */
import type { EvaluationContext } from "../../sdk/src/evaluation/context.js";
import { jsonHash } from "../../sdk/src/evaluation/json-hash.js";
import { characterTokenizer, FakeInference, type FakeInferenceOptions, plainTemplate } from "./fake-inference.js";

/** The base model with generous limits; `overrides` replaces parts. */
export function fakeContext(
  options: FakeInferenceOptions,
  overrides: Partial<EvaluationContext> = {},
): EvaluationContext & { readonly inference: FakeInference } {
  return {
    model: { kind: "base" },
    identify: async (reference) => ({
      reference,
      weightsHash: "sha256:base",
      adapterHash: reference.kind === "run" ? `sha256:${reference.runId}` : undefined,
      answersHash: jsonHash(reference),
    }),
    tokenizer: characterTokenizer,
    template: plainTemplate,
    emptyContextIds: [94],
    stopTokenIds: [0],
    maxSequenceTokens: 100_000,
    maxRequestSequences: 1000,
    ...overrides,
    inference: new FakeInference(options),
  };
}
