/** Tells what each token of a datum says and whether it is learnt, for people to look at. */
import type { Datum } from "./datum.js";
import type { Tokenizer } from "./tokenizer.js";

/** What a token is to the training: learnt, only read, or a control token of the template that is only read. */
export type TokenLabel = "trained" | "context" | "template";

/** The fewest tokens that make whole characters: mostly one. All have the same weight. */
export interface PreviewPiece {
  readonly text: string;
  readonly tokenIds: readonly number[];
  readonly label: TokenLabel;
  readonly weight: number;
}

/** One example as the model sees it. */
export interface PreviewRow {
  /** Where the example comes from. */
  readonly source: Datum["source"];
  readonly pieces: readonly PreviewPiece[];
  readonly tokens: number;
  readonly trainedTokens: number;
}

/** Stands for bytes that are no whole character. */
const replacement = "\ufffd";

/** A character has at most 4 bytes, a token at least 1; more tokens hang together only by sharing characters. */
const mostTokensInPiece = 8;

/** Reads a datum token by token. */
export function previewDatum(datum: Datum, tokenizer: Tokenizer): PreviewRow {
  const controlIds = new Set(tokenizer.special.controlTexts.flatMap((text) => onlyId(tokenizer.encode(text))));
  const pieces: PreviewPiece[] = [];
  for (let start = 0; start < datum.tokenIds.length; ) {
    const { tokenIds, text } = wholeCharacters(datum, start, pieces.at(-1)?.tokenIds ?? [], tokenizer);
    const weight = datum.lossWeights[start] ?? 0;
    const isControl = tokenIds.every((id) => controlIds.has(id));
    const label = weight > 0 ? "trained" : isControl ? "template" : "context";
    pieces.push({ text, tokenIds, label, weight });
    start += tokenIds.length;
  }
  const trainedTokens = datum.lossWeights.filter((weight) => weight > 0).length;
  return { source: datum.source, pieces, tokens: datum.tokenIds.length, trainedTokens };
}

/** The fewest tokens from `start` on whose text has no broken character; the first alone where there are none. */
function wholeCharacters(
  { tokenIds, lossWeights }: Datum,
  start: number,
  before: readonly number[],
  tokenizer: Tokenizer,
): Pick<PreviewPiece, "tokenIds" | "text"> {
  for (let count = 1; count <= mostTokensInPiece && start + count <= tokenIds.length; count++) {
    if (lossWeights[start + count - 1] !== lossWeights[start]) break;
    const piece = tokenIds.slice(start, start + count);
    const text = textAfter(before, piece, tokenizer);
    if (!text.includes(replacement)) return { tokenIds: piece, text };
  }
  return { tokenIds: tokenIds.slice(start, start + 1), text: replacement };
}

/** Some decoders drop the space before a text's first word, so a piece is decoded behind the one before it. */
function textAfter(before: readonly number[], piece: readonly number[], tokenizer: Tokenizer): string {
  const start = tokenizer.decode(before);
  const whole = tokenizer.decode([...before, ...piece]);
  return whole.startsWith(start) && !start.includes(replacement) ? whole.slice(start.length) : tokenizer.decode(piece);
}

function onlyId(tokenIds: readonly number[]): readonly number[] {
  return tokenIds.length === 1 ? tokenIds : [];
}
