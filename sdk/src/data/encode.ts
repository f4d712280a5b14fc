/** Turns an example into token ids with a weight for each: what is learnt and what is only context. */
import { showFound } from "../config/show-found.js";
import { type Fault, TokenizerError } from "../errors.js";
import type { ChatTemplate } from "./chat-template.js";
import type { Datum, Example } from "./datum.js";
import { encodeConversation } from "./encode-conversation.js";
import { placeOf } from "./parse-row.js";
import type { Tokenizer } from "./tokenizer.js";

/** What encoding needs of the model. */
export interface Encoder {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
}

/** An encoded example; or what is wrong with it, and whether the row or the chat template is to blame. */
export type EncodedExample =
  | { readonly datum: Datum }
  | { readonly fault: Fault; readonly blame: "row" | "chat-template" };

/** Token ids and their weights, before the first token's weight is taken away. */
type WeightedTokens = Pick<Datum, "tokenIds" | "lossWeights">;

/** Something in the row keeps it from being encoded. */
class RowFault extends Error {
  constructor(readonly fault: Omit<Fault, "where"> & { readonly path: string }) {
    super(fault.problem);
  }
}

/**
 * Encodes one example.
 *
 * - messages: rendered by the chat template; learnt is what the assistant says, its end-of-turn token included.
 * - prompt and completion: both as they stand, without a template, after the tokenizer's own start tokens (bos); learnt
 *   is the completion and the end-of-sequence token.
 * - text: learnt is all of it and the end-of-sequence token.
 *
 * The first token is never learnt, since nothing predicts it. A row whose text holds a control token's text, such as
 * "<|im_end|>", is a fault: encoded, it would end the turn in the midst of what a user typed.
 */
export function encodeExample(example: Example, encoder: Encoder): EncodedExample {
  const where = placeOf(example.source);
  try {
    refuseControlTexts(example, encoder.tokenizer.special.controlTexts);
    const { tokenIds, lossWeights } = encodeShape(example, encoder);
    const weights = lossWeights.map((weight, position) => (position === 0 ? 0 : weight));
    return { datum: { tokenIds, lossWeights: weights, source: example.source } };
  } catch (error) {
    if (error instanceof RowFault) {
      const { path, ...fault } = error.fault;
      return { fault: { where: path === "" ? where : `${where} ${path}`, ...fault }, blame: "row" };
    }
    if (!(error instanceof TokenizerError)) throw error;
    const { found, wanted } = error;
    const details = { ...(found ? { found } : {}), ...(wanted ? { wanted } : {}), check: "chat_template" };
    return { fault: { where, problem: error.message.split("\n")[0] ?? "", ...details }, blame: "chat-template" };
  }
}

function encodeShape(example: Example, { tokenizer, template }: Encoder): WeightedTokens {
  switch (example.kind) {
    case "messages":
      return encodeConversation(example.messages, tokenizer, template);
    case "prompt-completion":
      return encodeCompletion(example.prompt, example.completion, tokenizer);
    case "text":
      return rawTokens([], tokenizer.encode(example.text), tokenizer);
  }
}

/**
 * The prompt is encoded as it will be when the model is used: by itself. Mostly its ids then begin the ids of the whole;
 * where prompt and completion would share a token, both are encoded apart, if that gives the same text.
 */
function encodeCompletion(prompt: string, completion: string, tokenizer: Tokenizer): WeightedTokens {
  const promptIds = tokenizer.encode(prompt);
  const whole = tokenizer.encode(prompt + completion);
  if (isPrefix(promptIds, whole)) return rawTokens(promptIds, whole.slice(promptIds.length), tokenizer);
  const completionIds = tokenizer.encode(completion);
  if (tokenizer.decode([...promptIds, ...completionIds]) === tokenizer.decode(whole)) {
    return rawTokens(promptIds, completionIds, tokenizer);
  }
  throw new RowFault({
    path: "completion",
    problem: "the end of the prompt and the start of the completion make one token",
    found: showFound(prompt.slice(-10) + completion.slice(0, 10)),
    wanted: "the space between them at the start of the completion",
    check: "prompt_completion_boundary",
  });
}

function rawTokens(context: readonly number[], learnt: readonly number[], tokenizer: Tokenizer): WeightedTokens {
  const { startIds, endId } = tokenizer.special;
  const before = [...startIds, ...context];
  const after = endId === undefined ? learnt : [...learnt, endId];
  return { tokenIds: [...before, ...after], lossWeights: [...before.map(() => 0), ...after.map(() => 1)] };
}

/** True where `start` is the beginning of `whole`. */
function isPrefix(start: readonly number[], whole: readonly number[]): boolean {
  return start.length <= whole.length && start.every((id, position) => id === whole[position]);
}

function refuseControlTexts(example: Example, controlTexts: readonly string[]): void {
  for (const [path, text] of userTexts(example)) {
    const found = controlTexts.find((control) => control !== "" && text.includes(control));
    if (found === undefined) continue;
    throw new RowFault({
      path,
      problem: "the text holds the text of a control token, which would steer the model instead of being read",
      found: JSON.stringify(found),
      wanted: "this text taken out or written otherwise, and turns as messages",
      check: "control_token_in_text",
    });
  }
}

function userTexts(example: Example): readonly (readonly [path: string, text: string])[] {
  switch (example.kind) {
    case "messages":
      return example.messages.map(({ content }, index) => [`messages[${index}].content`, content] as const);
    case "prompt-completion":
      return [["prompt and completion", example.prompt + example.completion]];
    case "text":
      return [["text", example.text]];
  }
}
