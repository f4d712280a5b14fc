/** Which turns of a conversation are learnt. */
import type { Message } from "../datum.js";

/**
 * - "assistant": every turn of the assistant whose weight is not 0.
 * - "last-assistant": the last turn of the assistant alone, unless its weight is 0.
 * - "all": every token of the text, headers and line ends too, but the turns of weight 0.
 * - a function: the turns for which it says true, whatever their role and weight.
 */
export type TrainRule =
  | "assistant"
  | "last-assistant"
  | "all"
  | ((message: Message, index: number, messages: readonly Message[]) => boolean);

/** A user's function failed, or gave something else than true or false. */
export class TrainFunctionFailed extends Error {
  constructor(
    readonly index: number,
    reason: string,
  ) {
    super(`the function given as train ${reason}`);
  }
}

/** For each message whether it is learnt. Throws TrainFunctionFailed. */
export function learntTurns(messages: readonly Message[], rule: TrainRule): boolean[] {
  if (typeof rule === "function") return messages.map((_, index) => callRule(rule, index, messages));
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return messages.map(({ role, weight }, index) => {
    if (weight === 0) return false;
    return rule === "all" || (rule === "assistant" ? role === "assistant" : index === last);
  });
}

function callRule(rule: Exclude<TrainRule, string>, index: number, messages: readonly Message[]): boolean {
  const message = messages[index];
  if (message === undefined) return false;
  let learnt: unknown;
  try {
    learnt = rule(message, index, messages);
  } catch (error) {
    throw new TrainFunctionFailed(index, `failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof learnt !== "boolean") throw new TrainFunctionFailed(index, `gave ${typeof learnt}, not true or false`);
  return learnt;
}
