/** The model's tokenizer on the client, proven equal to the sidecar's before it is used. */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { showFound } from "../config/show-found.js";
import { TokenizerError } from "../errors.js";
import type { TextCard } from "../layers/model-card.js";
import { parseJson, readSpecialTokens, tokenizerConfigOf } from "./special-tokens.js";

/** Turns text into token ids and back. */
export interface Tokenizer {
  /** Token ids of a text. No special tokens are added; those that stand in the text become control tokens. */
  encode(text: string): number[];
  /** The text of token ids, special tokens included. */
  decode(tokenIds: readonly number[]): string;
  /** Rows of the model's embedding; every id is below it. */
  readonly vocabularySize: number;
  /** What a raw text starts and ends with, and what may not stand in a user's text. */
  readonly special: SpecialTokens;
}

/** Special tokens as ids and texts. */
export interface SpecialTokens {
  /** Ids that the model expects before a raw text, such as its bos; mostly none. */
  readonly startIds: readonly number[];
  /** Id that ends a raw text; undefined for a model that has none. */
  readonly endId: number | undefined;
  /** Ids that end a generation, and so a turn. */
  readonly stopIds: ReadonlySet<number>;
  /** Texts that become one control token wherever they stand. */
  readonly controlTexts: readonly string[];
}

/**
 * Makes the tokenizer of a model.
 *
 * Encodes the card's probe and compares: throws TokenizerError "tokenizer-mismatch" where the ids differ from the
 * sidecar's, or where the tokenizer is of a kind that @huggingface/tokenizers does not have.
 */
export function createTokenizer(card: TextCard): Tokenizer {
  const texts = readSpecialTokens(card);
  const inner = buildTokenizer(card);
  const encode = (text: string) => inner.encode(text, { add_special_tokens: false }).ids;
  checkProbe(encode, card);
  const endId = texts.end === undefined ? card.specialTokens.eosIds[0] : inner.token_to_id(texts.end);
  return {
    encode,
    decode: (tokenIds) =>
      tokenIds.length === 0 ? "" : inner.decode([...tokenIds], { clean_up_tokenization_spaces: false }),
    vocabularySize: card.vocabularySize,
    special: {
      startIds: encode(texts.start),
      endId,
      stopIds: new Set([...card.specialTokens.eosIds, ...(endId === undefined ? [] : [endId])]),
      controlTexts: texts.control,
    },
  };
}

function buildTokenizer(card: TextCard): HuggingFaceTokenizer {
  const file = parseJson(card.tokenizerJson, "tokenizer.json", card);
  try {
    return new HuggingFaceTokenizer(Object(file), tokenizerConfigOf(card));
  } catch (cause) {
    if (cause instanceof TokenizerError) throw cause;
    throw new TokenizerError({
      code: "tokenizer-mismatch",
      what: `The tokenizer of the model ${card.name} can't be rebuilt on the client.`,
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a tokenizer that @huggingface/tokenizers can build",
      cause,
    });
  }
}

function checkProbe(encode: (text: string) => number[], card: TextCard): void {
  const { text, tokenIds } = card.tokenizerProbe;
  const found = encode(text);
  if (found.length === tokenIds.length && found.every((id, position) => id === tokenIds[position])) return;
  const position = tokenIds.findIndex((id, index) => id !== found[index]);
  const first = position === -1 ? tokenIds.length : position;
  throw new TokenizerError({
    code: "tokenizer-mismatch",
    what: `The client's tokenizer for ${card.name} gives other tokens than the sidecar's.`,
    found: `${found.length} tokens for ${showFound(text)}, from position ${first} on ${showFound(found.slice(first))}`,
    wanted: `${tokenIds.length} tokens, from position ${first} on ${showFound(tokenIds.slice(first))}`,
    nextStep: "don't train on these tokens; report the model's name and both versions of midblock",
  });
}
