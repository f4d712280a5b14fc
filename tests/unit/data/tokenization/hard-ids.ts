/** Ids that Python's tokenizers gave the hard strings, and the tokenizers that gave them, as make_hard_ids.py recorded. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ModelCard } from "../../../../sdk/src/layers/model-card.js";
import { hardStrings } from "../../../parity/hard-strings.js";
import { cardOf, recorded } from "../fixtures/cards.js";

type Ids = readonly number[] | string;

interface Variant {
  readonly name: string;
  readonly base: "byteLevel" | "sentence";
  readonly changes: Readonly<Record<string, unknown>>;
  readonly asControl: readonly Ids[];
  readonly asText: readonly Ids[];
}

const variants: readonly Variant[] = readFileSync("tests/unit/data/tokenization/hard-ids.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** Every variant with a card that has its tokenizer and what Python gives each string. */
export const recordedVariants = variants.map((variant) => ({
  name: variant.name,
  card: cardWith(variant),
  strings: hardStrings.map(({ name, text }, index) => ({
    name,
    text,
    asControl: variant.asControl[index],
    asText: variant.asText[index],
  })),
}));

/** Ids in the form in which they are recorded. */
export function shorten(ids: readonly number[]): Ids {
  return ids.length <= 40 ? ids : createHash("sha256").update(JSON.stringify(ids)).digest("hex");
}

function cardWith({ base, changes }: Variant): ModelCard {
  const { added_tokens: tokens = {}, ...rest } = changes;
  const file = { ...JSON.parse(recorded[base].tokenizerJson), ...rest };
  const changed = new Map(Object.entries(Object(tokens)));
  const added_tokens = file.added_tokens.map((token: { content: string }) => ({
    ...token,
    ...Object(changed.get(token.content)),
  }));
  const probe = { text: "", tokenIds: [] };
  return cardOf(base, { tokenizerJson: JSON.stringify({ ...file, added_tokens }), tokenizerProbe: probe });
}
