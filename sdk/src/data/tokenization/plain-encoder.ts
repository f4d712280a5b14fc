/** Encodes what lies between two added tokens: normalises, splits into words, and looks each word up or asks the model. */
import { type AddedToken, AddedTokenFinder } from "./added-tokens.js";
import { toByteCharacters } from "./byte-characters.js";
import type { LibraryTokenizer } from "./library.js";
import type { PreTokenization } from "./pre-tokenizer.js";
import type { TokenizerFile } from "./tokenizer-file.js";

const longestCachedWord = 64;
const mostCachedWords = 200_000;

/** How a text is read whose added tokens are not all meant. */
export interface Reading {
  /** True for an added token that is only text at this place, which is undefined where normalising moved it. */
  staysText(token: AddedToken, start: number | undefined): boolean;
  /** Sees the ids of each word; throws where they are not what the word may become. */
  checkWord(tokenIds: readonly number[]): void;
}

const everyToken: Reading = { staysText: () => false, checkWord: () => {} };

/** Text without added tokens, save those that are looked for in normalised text. */
export class PlainEncoder {
  readonly #library: LibraryTokenizer;
  readonly #words: PreTokenization;
  readonly #dropsUnknown: boolean;
  readonly #normalized: AddedTokenFinder;
  readonly #idsOfWords = new Map<string, readonly number[]>();

  constructor(library: LibraryTokenizer, { addedTokens, preTokenization, dropsUnknown }: TokenizerFile) {
    this.#library = library;
    this.#words = preTokenization;
    this.#dropsUnknown = dropsUnknown;
    const normalized = addedTokens.filter((token) => token.normalized);
    this.#normalized = new AddedTokenFinder(normalized, ({ content }) => this.#normalize(content));
  }

  /** Token ids of a text. `atStart` says whether the whole text begins here, which some tokenizers mark. */
  encode(text: string, atStart: boolean, reading = everyToken): number[] {
    const normal = this.#normalize(text);
    const unmoved = normal === text;
    const ids: number[] = [];
    const staysText = (token: AddedToken, start: number) => reading.staysText(token, unmoved ? start : undefined);
    for (const piece of this.#normalized.split(normal, staysText)) {
      if (piece.token) ids.push(piece.token.id);
      else this.#encodeSection(normal.slice(piece.start, piece.end), atStart && piece.start === 0, ids, reading);
    }
    return ids;
  }

  #normalize(text: string): string {
    return this.#library.normalizer === null ? text : this.#library.normalizer(text);
  }

  #encodeSection(section: string, atStart: boolean, ids: number[], reading: Reading): void {
    const text = this.#words.prefixSpace && !section.startsWith(" ") ? ` ${section}` : section;
    const words = this.#library.pre_tokenizer?.(text, { section_index: atStart ? 0 : 1 }) ?? [text];
    for (const word of words) {
      const idsOfWord = this.#idsOf(word);
      reading.checkWord(idsOfWord);
      for (const id of idsOfWord) ids.push(id);
    }
  }

  #idsOf(word: string): readonly number[] {
    const known = this.#idsOfWords.get(word);
    if (known) return known;
    const { model } = this.#library;
    const tokens = model([this.#withoutUnknown(this.#words.byteLevel ? toByteCharacters(word) : word)]);
    const ids = tokens.flatMap((token) => model.tokens_to_ids.get(token) ?? model.unk_token_id ?? []);
    if (word.length <= longestCachedWord) {
      if (this.#idsOfWords.size >= mostCachedWords) this.#idsOfWords.clear();
      this.#idsOfWords.set(word, ids);
    }
    return ids;
  }

  /** Python's tokenizers leave out characters that the model has no token for before it merges, the library after. */
  #withoutUnknown(word: string): string {
    const { model } = this.#library;
    if (!this.#dropsUnknown || model.tokens_to_ids.has(word)) return word;
    return Array.from(word)
      .filter((character) => model.tokens_to_ids.has(character))
      .join("");
  }
}
