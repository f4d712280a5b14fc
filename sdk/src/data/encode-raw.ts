/** Encodes texts without a chat template: a prompt and its completion, or a text that is learnt whole. */
import type { EncodedTokens, Encoder } from "./encode.js";
import { EncodingRefused } from "./tokenization/part-encoder.js";
import type { Tokenizer } from "./tokenizer.js";

/** A raw text in two parts, of which the prompt may be empty. */
export interface RawText {
  readonly prompt: string;
  readonly learnt: string;
}

/**
 * Puts the tokenizer's start tokens before a text and its end token behind it.
 *
 * The prompt is encoded as it will be when the model is used: by itself. Mostly its ids then begin the ids of the whole;
 * where prompt and completion would share a token, both are encoded apart. Throws EncodingRefused where that would be
 * another text, or where the text of a control token stands in it and it was not said what becomes of it.
 */
export function encodeRaw({ prompt, learnt }: RawText, { tokenizer, train, controlTokens }: Encoder): EncodedTokens {
  const { startIds, endId } = tokenizer.special;
  if (controlTokens === undefined) refuseControlTexts(prompt + learnt, tokenizer);
  const literal = controlTokens === "tokens" ? new Set<number>() : "all";
  const { tokenIds, partEnds } = tokenizer.encodeParts([prompt, learnt], literal);
  const whole = [...startIds, ...tokenIds, ...(endId === undefined ? [] : [endId])];
  const context = train === "all" ? 0 : startIds.length + (partEnds[0] ?? 0);
  const lossWeights = whole.map((_, position) => (position < context ? 0 : 1));
  const keptControlTexts = controlTokens === "text" ? tokenizer.controlPlaces(prompt + learnt).length : 0;
  return { tokenIds: whole, lossWeights, keptControlTexts };
}

function refuseControlTexts(text: string, { controlPlaces, special }: Tokenizer): void {
  const place = controlPlaces(text)[0];
  if (place === undefined) return;
  const found = special.controlTexts.find((control) => control !== "" && text.startsWith(control, place));
  throw new EncodingRefused("unclear-control-token", found ?? text.slice(place, place + 10));
}
