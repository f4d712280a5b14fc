/** What the model's tokenizer files say about special tokens, as texts. */
import { z } from "zod";
import { TokenizerError } from "../errors.js";
import type { TextCard } from "../layers/model-card.js";

/** Texts of special tokens by their names in tokenizer_config.json. */
export interface NamedTokens extends Readonly<Record<string, string | undefined>> {
  readonly eos_token?: string;
}

/** Special tokens of a tokenizer, as texts. */
export interface SpecialTokenTexts {
  /** What a chat template can refer to. */
  readonly byName: NamedTokens;
  /** Texts of the tokens that steer the model: each becomes one token wherever it stands in a text. */
  readonly control: readonly string[];
  /** What the tokenizer itself puts before a text, such as "<s>"; mostly empty. */
  readonly start: string;
  /** What ends a text or a turn where the model has no template: its end-of-sequence token. */
  readonly end: string | undefined;
}

const addedToken = z.object({ id: z.number(), content: z.string(), special: z.boolean().default(false) });
const postProcessor = z.looseObject({
  type: z.string(),
  single: z
    .array(z.object({ Sequence: z.unknown().optional(), SpecialToken: z.object({ id: z.string() }).optional() }))
    .optional(),
  cls: z.tuple([z.string(), z.number()]).optional(),
  get processors() {
    return z.array(postProcessor).optional();
  },
});
const tokenizerFile = z.looseObject({
  added_tokens: z.array(addedToken).default([]),
  post_processor: postProcessor.nullish(),
});
const namedToken = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]);

/** How control tokens are written that a tokenizer does not mark special, such as DeepSeek's "<｜User｜>". */
const controlForm = /^<[|｜].+[|｜]>$/;

/** Reads them from a model card. Throws TokenizerError where its tokenizer files are not what they should be. */
export function readSpecialTokens(card: TextCard): SpecialTokenTexts {
  const file = tokenizerFile.safeParse(parseJson(card.tokenizerJson, "tokenizer.json", card));
  if (!file.success) throw unreadable("tokenizer.json", card, file.error);
  const byName = namedTokens(card);
  const added = file.data.added_tokens;
  const { eosIds } = card.specialTokens;
  const named = new Set(Object.values(byName));
  const steers = ({ id, content, special }: z.infer<typeof addedToken>) =>
    special || named.has(content) || eosIds.includes(id) || controlForm.test(content);
  return {
    byName,
    control: added.filter(steers).map(({ content }) => content),
    start: startOf(file.data.post_processor ?? undefined),
    end: byName.eos_token ?? added.find(({ id }) => id === eosIds[0])?.content,
  };
}

/** Parses one of the model's JSON files; throws TokenizerError that names it. */
export function parseJson(text: string, file: string, card: TextCard): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, card, cause);
  }
}

/** tokenizer_config.json, or an empty object where the model has none. */
export function tokenizerConfigOf(card: TextCard): Readonly<Record<string, unknown>> {
  if (card.tokenizerConfigJson === "") return {};
  const config = z
    .record(z.string(), z.unknown())
    .safeParse(parseJson(card.tokenizerConfigJson, "tokenizer_config.json", card));
  if (!config.success) throw unreadable("tokenizer_config.json", card, config.error);
  return config.data;
}

function namedTokens(card: TextCard): NamedTokens {
  const named: Record<string, string> = {};
  for (const [key, value] of Object.entries(tokenizerConfigOf(card))) {
    const token = key.endsWith("_token") ? namedToken.safeParse(value) : undefined;
    if (token?.success) named[key] = token.data;
  }
  return named;
}

/** The special tokens that the post-processor puts before a single text. */
function startOf(processor: z.infer<typeof postProcessor> | undefined): string {
  if (processor === undefined) return "";
  if (processor.processors) return processor.processors.map(startOf).join("");
  if (processor.cls) return processor.cls[0];
  const pieces = processor.single ?? [];
  const text = pieces.findIndex((piece) => piece.Sequence !== undefined);
  return pieces
    .slice(0, Math.max(0, text))
    .map((piece) => piece.SpecialToken?.id ?? "")
    .join("");
}

function unreadable(file: string, card: TextCard, cause: unknown): TokenizerError {
  return new TokenizerError({
    code: "tokenizer-mismatch",
    what: `The ${file} of the model ${card.name} can't be read.`,
    found: cause instanceof Error ? cause.message : String(cause),
    wanted: "the file as Hugging Face tokenizers writes it",
    nextStep: "save the model's tokenizer again with a recent transformers",
    cause,
  });
}
