/** The options of `data.prepare`, which are those of a fine-tuning that concern the data. */
import { z } from "zod";
import type { TrainRule } from "../data/conversation/train-rule.js";
import type { ControlTokens } from "../data/encode.js";
import type { TooLong } from "../data/fit-length.js";
import type { NoTrainedTokens } from "../data/prepare.js";
import { isDay } from "../data/template-date.js";
import type { EvaluationTask, TaskList } from "../evaluation/task.js";
import { abortSignal, exactObject, oneOf, wholeNumber } from "./option-checks.js";
import { readOptions } from "./read-options.js";
import { taskListSchema } from "./task-list-schema.js";

/** How rows become what is trained on. */
export interface RowPolicies {
  /**
   * Which turns of conversations are learnt: "assistant" (default), all of the assistant's whose weight is not 0;
   * "last-assistant", the last of these alone; "all", every token, prompts too; or a function that says for each message
   * whether it is, given the message, its index and all messages.
   */
  readonly train?: TrainRule | undefined;
  /**
   * What becomes of texts such as "<|im_end|>" in the data: "text" has them read as they stand, "tokens" lets them steer
   * the model. Not given, they are text in messages, and a fault in prompts, completions and raw texts, where it can't be
   * told which was meant.
   */
  readonly controlTokens?: ControlTokens | undefined;
  /**
   * The day that a chat template which writes the date is told is today: "YYYY-MM-DD". Default "2024-07-26", on every
   * day: with today's date, a rerun tomorrow would be of other data.
   */
  readonly date?: string | undefined;
  /** Longest example in tokens; default the model's context length, which is also the most. */
  readonly maxTokens?: number | undefined;
  /**
   * What happens with longer ones: "error" (default) refuses the data, "drop" leaves them out, "truncate-start" keeps
   * the end behind the tokenizer's start tokens, "truncate-end" keeps the beginning without an end token, and "split"
   * makes examples of all parts. All but "error" are counted in the summary, row by row.
   */
  readonly tooLong?: TooLong | undefined;
  /** What happens with rows of which no token is learnt, also once they are cut: "error" (default), or "drop" and count. */
  readonly noTrainedTokens?: NoTrainedTokens | undefined;
}

/** What `data.prepare` takes; nothing must be given. They mean what they mean to `client.finetune`. */
export interface PreparationOptions extends RowPolicies {
  /** Tasks whose items are looked up in the data; what is found stands in the summary. Default none. */
  readonly evaluate?: TaskList | undefined;
  /** Cancels the reading. */
  readonly signal?: AbortSignal | undefined;
}

const wantedDay = 'a day such as "2026-03-14"';

/** The form of the row policies. */
export const rowPolicies = {
  train: trainRule().optional(),
  controlTokens: oneOf(["text", "tokens"]).optional(),
  date: z.string({ error: wantedDay }).refine(isDay, { error: wantedDay }).optional(),
  maxTokens: wholeNumber(1).optional(),
  tooLong: oneOf(["error", "drop", "truncate-start", "truncate-end", "split"]).optional(),
  noTrainedTokens: oneOf(["error", "drop"]).optional(),
};

const schema = exactObject({ ...rowPolicies, evaluate: taskListSchema().optional(), signal: abortSignal().optional() });

/** A name of a rule, or a function; what that takes can't be checked. */
function trainRule() {
  const names: readonly unknown[] = ["assistant", "last-assistant", "all"];
  return z.custom<TrainRule>((value) => typeof value === "function" || names.includes(value), {
    error: '"assistant" or "last-assistant" or "all" or a function of a message that gives true or false',
    abort: false,
  });
}

/** Options that were checked, their suites of tasks laid open. */
export interface PreparationChoices extends Omit<PreparationOptions, "evaluate"> {
  readonly evaluate?: readonly EvaluationTask[] | undefined;
}

/** Checks the options and returns them. Throws OptionsError with all faults. */
export function readPreparationOptions(options: PreparationOptions): PreparationChoices {
  return readOptions(schema, options, "data.prepare");
}
