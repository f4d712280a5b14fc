/** The model's tokenizer on the client, proven equal to the sidecar's before it is used. */
import { showFound } from "../config/show-found.js";
import { TokenizerError } from "../errors.js";
import type { TextCard } from "../layers/model-card.js";
import { parseJson, readSpecialTokens, tokenizerConfigOf } from "./special-tokens.js";
import { AddedTokenFinder } from "./tokenization/added-tokens.js";
import { buildLibraryTokenizer, type LibraryTokenizer } from "./tokenization/library.js";
import { type EncodedParts, encodeParts, type LiteralPlaces } from "./tokenization/part-encoder.js";
import { PlainEncoder } from "./tokenization/plain-encoder.js";
import { readTokenizerFile, type TokenizerFile } from "./tokenization/tokenizer-file.js";

/** Turns text into token ids and back. */
export interface Tokenizer {
  /** Token ids of a text. No special tokens are added; those that stand in the text become control tokens. */
  encode(text: string): number[];
  /**
   * Token ids of a text in parts, and where each part's end. The ids are those of the whole text, unless a token would
   * span the end of a part: what follows is then encoded apart. At `literal` places control tokens' texts stay text.
   * Throws EncodingRefused where the text can't be encoded so.
   */
  encodeParts(parts: readonly string[], literal: LiteralPlaces): EncodedParts;
  /** Places (UTF-16 units) in a text where the text of a control token begins. */
  controlPlaces(text: string): number[];
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
 * sidecar's, or where the tokenizer is of a kind that can't be followed exactly.
 */
export function createTokenizer(card: TextCard): Tokenizer {
  const texts = readSpecialTokens(card);
  const { file, library } = build(card);
  const control = file.addedTokens.filter(({ content }) => texts.control.includes(content));
  const controlIds = new Set(control.map(({ id }) => id));
  const controlFinder = new AddedTokenFinder(control);
  const decode = (tokenIds: readonly number[]) =>
    tokenIds.length === 0 ? "" : library.decode([...tokenIds], { clean_up_tokenization_spaces: false });
  const steps = {
    finder: new AddedTokenFinder(file.addedTokens.filter(({ normalized }) => !normalized)),
    plain: new PlainEncoder(library, file),
    isControl: (id: number) => controlIds.has(id),
    decode,
  };
  const nothing: ReadonlySet<number> = new Set();
  const encode = (text: string) => encodeParts([text], nothing, steps).tokenIds;
  checkProbe(encode, card);
  const endId = texts.end === undefined ? card.specialTokens.eosIds[0] : library.token_to_id(texts.end);
  return {
    encode,
    encodeParts: (parts, literal) => encodeParts(parts, literal, steps),
    controlPlaces: (text) => controlFinder.places(text),
    decode,
    vocabularySize: card.vocabularySize,
    special: {
      startIds: encode(texts.start),
      endId,
      stopIds: new Set([...card.specialTokens.eosIds, ...(endId === undefined ? [] : [endId])]),
      controlTexts: texts.control,
    },
  };
}

function build(card: TextCard): { readonly file: TokenizerFile; readonly library: LibraryTokenizer } {
  const json = parseJson(card.tokenizerJson, "tokenizer.json", card);
  try {
    const file = readTokenizerFile(json);
    return { file, library: buildLibraryTokenizer(file.content, tokenizerConfigOf(card)) };
  } catch (cause) {
    if (cause instanceof TokenizerError) throw cause;
    throw new TokenizerError({
      code: "tokenizer-mismatch",
      what: `The tokenizer of the model ${card.name} can't be rebuilt on the client.`,
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a tokenizer that @huggingface/tokenizers follows exactly",
      nextStep: "report the model's name: data for it can't be prepared yet",
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
