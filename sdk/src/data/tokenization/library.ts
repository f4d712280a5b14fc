/**
 * The parts of @huggingface/tokenizers that are used here.
 *
 * The package's own types import each other without file endings, which Node's module resolution can't follow: every
 * one of them is `any` here. These are the same, by hand.
 */
import { Tokenizer } from "@huggingface/tokenizers";

/** A tokenizer as the library builds it. */
export interface LibraryTokenizer {
  readonly normalizer: ((text: string) => string) | null;
  /** Splits a text into words; a word-initial mark may depend on whether the section is the text's first, number 0. */
  readonly pre_tokenizer: ((text: string, options: { readonly section_index: number }) => string[]) | null;
  /** The model: words in, token texts out. */
  readonly model: ((words: readonly string[]) => string[]) & {
    readonly tokens_to_ids: ReadonlyMap<string, number>;
    readonly unk_token_id?: number;
  };
  decode(tokenIds: readonly number[], options: { readonly clean_up_tokenization_spaces: boolean }): string;
  token_to_id(token: string): number | undefined;
}

/** Builds a tokenizer from the content of its two files. Throws Error where it is of a kind that the library has not. */
export function buildLibraryTokenizer(file: unknown, config: unknown): LibraryTokenizer {
  return new Tokenizer(Object(file), Object(config));
}
