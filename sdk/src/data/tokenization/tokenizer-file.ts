/** Reads tokenizer.json: what is needed of it here, and the same file in a form that the library follows exactly. */
import { z } from "zod";
import type { AddedToken } from "./added-tokens.js";
import { faithfulPreTokenizer, type PreTokenization, preTokenizerConfig } from "./pre-tokenizer.js";

const normalizer = z.looseObject({
  type: z.string(),
  get normalizers() {
    return z.array(normalizer).optional();
  },
  pattern: z.object({ String: z.string().optional() }).optional(),
  content: z.string().optional(),
});

const addedToken = z
  .object({
    id: z.number(),
    content: z.string(),
    special: z.boolean().default(false),
    normalized: z.boolean().optional(),
    lstrip: z.boolean().default(false),
    rstrip: z.boolean().default(false),
    single_word: z.boolean().default(false),
  })
  .transform((token): AddedToken => ({ ...token, normalized: token.normalized ?? !token.special }));

const tokenizerFile = z.looseObject({
  added_tokens: z.array(addedToken).default([]),
  normalizer: normalizer.nullish(),
  pre_tokenizer: preTokenizerConfig,
  model: z.looseObject({
    type: z.string().optional(),
    continuing_subword_prefix: z.string().nullish(),
    byte_fallback: z.boolean().default(false),
    unk_token: z.string().nullish(),
  }),
});

/** A tokenizer's file, read. */
export interface TokenizerFile {
  readonly addedTokens: readonly AddedToken[];
  readonly preTokenization: PreTokenization;
  /** The model leaves out characters that it has no token for. */
  readonly dropsUnknown: boolean;
  /** For the library. */
  readonly content: unknown;
}

/** Takes parsed JSON. Throws Error that says what the library does otherwise than Python's tokenizers. */
export function readTokenizerFile(json: unknown): TokenizerFile {
  const file = tokenizerFile.parse(json);
  const normalizers = file.normalizer ? flatten(file.normalizer) : [];
  refuseOtherwiseDone(file, normalizers);
  const preTokenization = faithfulPreTokenizer(file.pre_tokenizer, removedTexts(normalizers));
  return {
    addedTokens: file.added_tokens,
    preTokenization,
    dropsUnknown: file.model.type === "BPE" && !file.model.byte_fallback && !file.model.unk_token,
    content: { post_processor: null, decoder: null, normalizer: null, ...file, pre_tokenizer: preTokenization.config },
  };
}

type Normalizer = z.infer<typeof normalizer>;

function flatten(config: Normalizer): Normalizer[] {
  return config.type === "Sequence" ? (config.normalizers ?? []).flatMap(flatten) : [config];
}

function refuseOtherwiseDone({ model }: z.infer<typeof tokenizerFile>, normalizers: readonly Normalizer[]): void {
  if (normalizers.some(({ type }) => type === "Precompiled")) {
    throw new Error("a normalizer with a precompiled character map, which the library only approximates");
  }
  if (model.type === "Unigram" && model.byte_fallback) {
    throw new Error("a Unigram model with byte fallback, which the library leaves out");
  }
  if (model.type === "BPE" && model.continuing_subword_prefix) {
    throw new Error("a BPE model with a prefix for continuing subwords, which the library leaves out");
  }
}

/** Texts that the normalisers replace by something without them. */
function removedTexts(normalizers: readonly Normalizer[]): Set<string> {
  const last = normalizers.at(-1);
  const text = last?.type === "Replace" ? last.pattern?.String : undefined;
  return new Set(text !== undefined && !last?.content?.includes(text) ? [text] : []);
}
