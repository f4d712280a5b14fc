/** Turns an example into token ids with a weight for each: what is learnt and what is only context. */
import type { ChatTemplate } from "./chat-template.js";
import type { TrainRule } from "./conversation/train-rule.js";
import type { Datum, Example } from "./datum.js";
import { encodeConversation } from "./encode-conversation.js";
import { encodeRaw } from "./encode-raw.js";
import { type EncodingFailure, encodingFailure } from "./encoding-failure.js";
import type { Tokenizer } from "./tokenizer.js";

/** How examples are encoded: the model's part, and what the user wants of it. */
export interface Encoder {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  /** Which turns are learnt; default "assistant". */
  readonly train?: TrainRule | undefined;
  readonly controlTokens?: ControlTokens | undefined;
}

/**
 * What becomes of the texts of control tokens that stand in the data, such as "<|im_end|>": they are read as "text", or
 * become the "tokens" themselves. Not given, they stay text in messages, where only the template may steer the model;
 * a prompt, completion or raw text with one is a fault, since it can't be told whether it was meant.
 */
export type ControlTokens = "text" | "tokens";

/** An encoded example; or what is wrong with it, and whether the row or the chat template is to blame. */
export type EncodedExample = { readonly datum: Datum; readonly keptControlTexts: number } | EncodingFailure;

/** What encoding gives of an example's text, and how many texts of control tokens in it stayed text. */
export interface EncodedTokens extends Pick<Datum, "tokenIds" | "lossWeights"> {
  readonly keptControlTexts: number;
}

/**
 * Encodes one example.
 *
 * - messages: rendered by the chat template; learnt are the turns that `train` names, by default the assistant's, each
 *   with its end-of-turn token.
 * - prompt and completion: both as they stand, without a template, after the tokenizer's own start tokens (bos); learnt
 *   is the completion and the end-of-sequence token, with train "all" the prompt too.
 * - text: learnt is all of it and the end-of-sequence token.
 *
 * The first token is never learnt, since nothing predicts it.
 */
export function encodeExample(example: Example, encoder: Encoder): EncodedExample {
  try {
    const { tokenIds, lossWeights, keptControlTexts } = encodeShape(example, encoder);
    const weights = lossWeights.map((weight, position) => (position === 0 ? 0 : weight));
    return { datum: { tokenIds, lossWeights: weights, source: example.source }, keptControlTexts };
  } catch (error) {
    const failure = encodingFailure(error, example);
    if (failure === undefined) throw error;
    return failure;
  }
}

function encodeShape(example: Example, encoder: Encoder): EncodedTokens {
  if (example.kind === "messages") return encodeConversation(example, encoder);
  return example.kind === "text"
    ? encodeRaw({ prompt: "", learnt: example.text }, encoder)
    : encodeRaw({ prompt: example.prompt, learnt: example.completion }, encoder);
}
