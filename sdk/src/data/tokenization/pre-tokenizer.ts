/** Rewrites a tokenizer's pre-tokenizer so that @huggingface/tokenizers splits words where Python's tokenizers does. */
import { z } from "zod";

const stage = z.looseObject({
  type: z.string(),
  get pretokenizers() {
    return z.array(stage).optional();
  },
  use_regex: z.boolean().default(true),
  add_prefix_space: z.boolean().optional(),
  prepend_scheme: z.string().optional(),
  split: z.boolean().default(true),
  replacement: z.string().default("▁"),
  individual_digits: z.boolean().default(false),
  pattern: z.object({ Regex: z.string().optional(), String: z.string().optional() }).optional(),
  behavior: z.string().default("Isolated"),
  invert: z.boolean().default(false),
});

type Stage = z.infer<typeof stage>;

/** What the pre-tokenizer field of tokenizer.json can hold. */
export const preTokenizerConfig = stage.nullish();

/** How a section of text becomes words. */
export interface PreTokenization {
  /** For the library; null where the section is one word. */
  readonly config: unknown;
  /** The words are written in byte characters after that. */
  readonly byteLevel: boolean;
  /** A section that begins without a space is given one first. */
  readonly prefixSpace: boolean;
}

/** The words of GPT-2, which ByteLevel splits into unless told otherwise (tokenizers, pre_tokenizers/byte_level.rs). */
const gpt2Words = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** `is_punc` of tokenizers, pre_tokenizers/punctuation.rs. */
const punctuation = "[\\p{P}!-/:-@\\[-`{-~]";

/**
 * Gives the pre-tokenizer in a form that the library follows exactly.
 *
 * It takes digits for 0 to 9 alone, white space for JavaScript's, runs of punctuation for one word, a Metaspace for
 * unsplit, and every Split for one that isolates: these become Splits by a regular expression with Unicode's classes.
 * Throws Error for what can't be said that way. `removed` are texts that no normalised text holds any more.
 */
export function faithfulPreTokenizer(
  config: z.infer<typeof preTokenizerConfig>,
  removed: ReadonlySet<string>,
): PreTokenization {
  const stages = config ? flatten(config) : [];
  const last = stages.at(-1);
  const byteLevel = last?.type === "ByteLevel";
  const first = stages[0];
  const prefixSpace = first?.type === "ByteLevel" && first.add_prefix_space === true;
  const rewritten = stages.flatMap((each, index) => {
    if (each.type === "ByteLevel" && index > 0 && each.add_prefix_space) throw unsupported(each);
    const inBytes =
      each.type === "ByteLevel" && each !== last ? [{ ...each, use_regex: false, add_prefix_space: false }] : [];
    return [...rewrite(each, removed), ...inBytes];
  });
  return {
    config: rewritten.length === 0 ? null : { type: "Sequence", pretokenizers: rewritten },
    byteLevel,
    prefixSpace,
  };
}

function flatten(config: Stage): Stage[] {
  return config.type === "Sequence" ? (config.pretokenizers ?? []).flatMap(flatten) : [config];
}

function rewrite(config: Stage, removed: ReadonlySet<string>): unknown[] {
  switch (config.type) {
    case "ByteLevel":
      return config.use_regex ? [isolate(gpt2Words)] : [];
    case "Digits":
      return [isolate(config.individual_digits ? "\\p{N}" : "\\p{N}+")];
    case "Punctuation":
      return [isolate(onlyBehaviors(config, { Isolated: punctuation, Contiguous: `${punctuation}+` }))];
    case "Whitespace":
      return [keepOnly("\\w+|[^\\w\\s]+")];
    case "WhitespaceSplit":
      return [keepOnly("\\S+")];
    case "Metaspace":
      return metaspace(config);
    case "Split":
      return split(config, removed);
    default:
      return [config];
  }
}

function metaspace(config: Stage): unknown[] {
  const scheme = config.prepend_scheme ?? (config.add_prefix_space === false ? "never" : "always");
  const marked = { type: "Metaspace", replacement: config.replacement, prepend_scheme: scheme };
  const mark = config.replacement;
  return config.split ? [marked, keepOnly(`${mark}[^${mark}]*|[^${mark}]+`)] : [marked];
}

function split(config: Stage, removed: ReadonlySet<string>): unknown[] {
  if (config.pattern?.String !== undefined && removed.has(config.pattern.String)) return [];
  onlyBehaviors(config, { Isolated: "", Removed: "" });
  // Inverting swaps matches and gaps, and isolated ones are all kept either way.
  return [{ ...config, invert: config.behavior === "Removed" && config.invert }];
}

function isolate(pattern: string) {
  return { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
}

/** The matches are the words; what lies between is left out. */
function keepOnly(pattern: string) {
  return { type: "Split", pattern: { Regex: pattern }, behavior: "Removed", invert: true };
}

function onlyBehaviors(config: Stage, patterns: Readonly<Record<string, string>>): string {
  const pattern = patterns[config.behavior];
  if (pattern === undefined) throw unsupported(config);
  return pattern;
}

function unsupported({ type, behavior, pattern }: Stage): Error {
  return new Error(
    `a pre-tokenizer ${JSON.stringify({ type, behavior, pattern })} in a place where it is not supported`,
  );
}
