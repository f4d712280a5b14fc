/** Chat templates of model families with tokenizers that know their control tokens, and conversations to render. */
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { createChatTemplate } from "../../../../sdk/src/data/chat-template.js";
import type { Message } from "../../../../sdk/src/data/datum.js";
import { type Encoder, encodeExample } from "../../../../sdk/src/data/encode.js";
import { createTokenizer } from "../../../../sdk/src/data/tokenizer.js";
import { cardOf, recorded } from "../fixtures/cards.js";

const folder = "tests/fixtures/chat-templates";
/** Some templates write the date; transformers' texts were recorded on this day. */
const recordedOn = "2026-03-14";

/** The comment that each template begins with. */
const about = z.object({
  family: z.string(),
  bos: z.string().optional(),
  eos: z.string().optional(),
  stops: z.array(z.string()).min(1),
  special: z.array(z.string()),
  /** Added tokens that the tokenizer does not mark special. */
  plain: z.array(z.string()).default([]),
  notes: z.string().optional(),
});

/** An entry of conversations.json. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
}

interface Rendering {
  readonly template: string;
  readonly conversation: string;
  /** In each form that tool calls may have; null where the template refuses. */
  readonly texts: readonly (string | null)[];
  readonly prompt: string | null;
}

export const conversations: Readonly<Record<string, Conversation>> = JSON.parse(
  readFileSync(`${folder}/conversations.json`, "utf8"),
);

/** What transformers renders. */
export const renderings: readonly Rendering[] = readFileSync(`${folder}/renderings.jsonl`, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

export const familyNames = readdirSync(folder)
  .filter((name) => name.endsWith(".jinja"))
  .map((name) => name.replace(".jinja", ""))
  .sort();

/** A family's encoder: its template or another, and a small byte-level tokenizer with its control tokens. */
export function familyEncoder(name: string, template?: string): Encoder {
  const own = readFileSync(`${folder}/${name}.jinja`, "utf8");
  const chatTemplate = template ?? own;
  const family = about.parse(JSON.parse(/\{#-(.*?)-#\}/s.exec(own)?.[1] ?? ""));
  const file = JSON.parse(recorded.byteLevel.tokenizerJson);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const contents = [...new Set([...family.special, ...family.plain])];
  const added_tokens = contents.map((content, index) => ({
    ...flags,
    content,
    id: 1000 + index,
    special: family.special.includes(content),
  }));
  const card = cardOf("byteLevel", {
    chatTemplate,
    tokenizerJson: JSON.stringify({ ...file, added_tokens }),
    tokenizerConfigJson: JSON.stringify({ bos_token: family.bos, eos_token: family.eos ?? family.stops[0] }),
    specialTokens: {
      bosId: undefined,
      eosIds: family.stops.map((stop) => 1000 + contents.indexOf(stop)),
      padId: undefined,
    },
    tokenizerProbe: { text: "", tokenIds: [] },
  });
  return { tokenizer: createTokenizer(card), template: createChatTemplate(card).on(recordedOn) };
}

/**
 * The text of an encoded conversation with what is learnt between ⟦ and ⟧, or the reason why there is none. The text of
 * a control token that stayed text begins with ‹ instead of its first character.
 */
export function maskOf(conversation: Conversation, encoder: Encoder): string {
  const source = { file: "conversations.json", line: 1 };
  const encoded = encodeExample({ kind: "messages", ...conversation, source }, encoder);
  if ("fault" in encoded) return `refused: ${encoded.fault.problem} (${encoded.fault.found})`;
  const { tokenIds, lossWeights } = encoded.datum;
  const control = new Set(encoder.tokenizer.special.controlTexts.flatMap((text) => encoder.tokenizer.encode(text)));
  let text = "";
  let start = 0;
  for (let end = 1; end <= tokenIds.length; end += 1) {
    const changes = lossWeights[end] !== lossWeights[end - 1];
    if (!changes && !control.has(tokenIds[end] ?? -1) && !control.has(tokenIds[start] ?? -1)) continue;
    const opens = lossWeights[start] !== 0 && (start === 0 || lossWeights[start - 1] === 0);
    const isControl = control.has(tokenIds[start] ?? -1);
    const part = encoder.tokenizer.decode(tokenIds.slice(start, end));
    const shown = isControl ? part : encoder.tokenizer.controlPlaces(part).reduce(replaceFirst, part);
    text += `${opens ? "⟦" : ""}${shown}${changes && lossWeights[start] !== 0 ? "⟧" : ""}`;
    start = end;
  }
  return text;
}

function replaceFirst(text: string, place: number): string {
  return `${text.slice(0, place)}‹${text.slice(place + 1)}`;
}

/** The masks of a family in the form of its file under tests/fixtures/chat-templates/masks. */
export function masksOf(name: string): string {
  const encoder = familyEncoder(name);
  const sections = Object.entries(conversations).map(([title, conversation]) => {
    return `=== ${title}\n${maskOf(conversation, encoder)}\n`;
  });
  return sections.join("\n");
}

export function recordedMasks(name: string): string {
  return readFileSync(`${folder}/masks/${name}.txt`, "utf8");
}
