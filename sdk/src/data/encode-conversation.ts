/** Encodes a conversation and finds the assistant's tokens in it, by comparing it with its own beginnings. */
import { showFound } from "../config/show-found.js";
import { TokenizerError } from "../errors.js";
import type { ChatTemplate } from "./chat-template.js";
import type { Datum, Message } from "./datum.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * Renders and encodes a conversation; weight 1 is what the assistant says, through its end-of-turn token.
 *
 * The tokens of a turn are those between two beginnings of the conversation: up to the turn with the generation prompt,
 * which is what the model sees before it answers, and up to its end. A turn's weight ends with its first stop token;
 * where the template writes none, with the turn. Throws TokenizerError "chat-template" where a beginning, rendered by
 * itself, is not the beginning of the whole in text or in tokens: the mask would then be a guess.
 */
export function encodeConversation(
  messages: readonly Message[],
  tokenizer: Tokenizer,
  template: ChatTemplate,
): Pick<Datum, "tokenIds" | "lossWeights"> {
  const text = template.render(messages, { addGenerationPrompt: false });
  const tokenIds = tokenizer.encode(text);
  const tokensBefore = (count: number, addGenerationPrompt: boolean) => {
    const beginning = template.render(messages.slice(0, count), { addGenerationPrompt });
    return beginningLength(beginning, { text, tokenIds }, count, tokenizer);
  };
  const lossWeights = tokenIds.map(() => 0);
  for (const [turn, { role }] of messages.entries()) {
    if (role !== "assistant") continue;
    const start = tokensBefore(turn, true);
    const end = turn === messages.length - 1 ? tokenIds.length : tokensBefore(turn + 1, false);
    const stop = tokenIds.findIndex((id, position) => position >= start && tokenizer.special.stopIds.has(id));
    lossWeights.fill(1, start, stop === -1 || stop >= end ? end : stop + 1);
  }
  return { tokenIds, lossWeights };
}

/** Number of tokens of a beginning of a conversation. */
function beginningLength(
  beginning: string,
  whole: { readonly text: string; readonly tokenIds: readonly number[] },
  messageCount: number,
  tokenizer: Tokenizer,
): number {
  if (!whole.text.startsWith(beginning)) {
    const at = firstDifference(beginning, whole.text);
    throw notABeginning(messageCount, "text", beginning.slice(at), whole.text.slice(at));
  }
  const tokenIds = tokenizer.encode(beginning);
  const at = tokenIds.findIndex((id, position) => id !== whole.tokenIds[position]);
  if (at === -1) return tokenIds.length;
  throw notABeginning(
    messageCount,
    "tokens",
    tokenizer.decode(tokenIds.slice(at)),
    tokenizer.decode(whole.tokenIds.slice(at)),
  );
}

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return at;
}

function notABeginning(messageCount: number, unit: "text" | "tokens", found: string, wanted: string): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what:
      `The first ${messageCount} messages rendered by themselves are not the beginning of the whole conversation ` +
      `in ${unit}, so the assistant's tokens can't be told for certain.`,
    found: `from the first difference on ${showFound(found)}`,
    wanted: showFound(wanted),
  });
}
