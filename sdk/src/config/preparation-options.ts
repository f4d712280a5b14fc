/** The options of `data.prepare`. */
import type { PrepareOptions } from "../data/prepare.js";
import { abortSignal, exactObject, oneOf, wholeNumber } from "./option-checks.js";
import { readOptions } from "./read-options.js";

/** What `data.prepare` takes; nothing must be given. They mean what they mean to `client.finetune`. */
export interface PreparationOptions {
  /** Longest example in tokens; default the model's context length, which is also the most. */
  readonly maxTokens?: number | undefined;
  /** What happens with longer ones: "error" (default) refuses the data, "drop" leaves them out and counts them. */
  readonly tooLong?: PrepareOptions["tooLong"] | undefined;
  /** Cancels the reading. */
  readonly signal?: AbortSignal | undefined;
}

const schema = exactObject({
  maxTokens: wholeNumber(1).optional(),
  tooLong: oneOf(["error", "drop"]).optional(),
  signal: abortSignal().optional(),
});

/** Checks the options and returns them. Throws OptionsError with all faults. */
export function readPreparationOptions(options: PreparationOptions): PreparationOptions {
  return readOptions(schema, options, "data.prepare");
}
