/** Draws previews for a terminal: in colour, or with brackets where there is none. */
import { styleText } from "node:util";
import { placeOf } from "./place.js";
import type { PreviewPiece, PreviewRow, TokenLabel } from "./preview-tokens.js";

type Paint = (text: string) => string;

const colours: Readonly<Record<TokenLabel, Paint>> = {
  trained: (text) => styleText(["black", "bgGreen"], text, { validateStream: false }),
  context: (text) => text,
  template: (text) => styleText("magenta", text, { validateStream: false }),
};

/** Marks that hardly any data holds, so that they can't be taken for its own. */
const brackets: Readonly<Record<TokenLabel, Paint>> = {
  trained: (text) => `⟦${text}⟧`,
  context: (text) => text,
  template: (text) => `‹${text}›`,
};

/** All rows, each under a line that names it, below a legend. Ends without a line break. */
export function drawPreview(rows: readonly PreviewRow[], colour: boolean): string {
  const paint = colour ? colours : brackets;
  const labels: readonly TokenLabel[] = ["trained", "context", "template"];
  const legend = `tokens: ${labels.map((label) => paint[label](label)).join("  ")}`;
  return [legend, ...rows.map((row) => drawRow(row, paint))].join("\n\n");
}

function drawRow({ source, pieces, tokens, trainedTokens }: PreviewRow, paint: Readonly<Record<TokenLabel, Paint>>) {
  const runs = sameLabel(pieces).map((run) => paintLines(run.map(({ text }) => text).join(""), paint[run[0].label]));
  // A line feed at the end is shown by its mark; the next row begins a line of its own anyway.
  const text = runs.join("").replace(/\n$/, "");
  return `${placeOf(source)}  ${tokens} tokens, ${trainedTokens} trained\n${text}`;
}

/** Neighbours with the same label, together. */
function sameLabel(pieces: readonly PreviewPiece[]): readonly (readonly [PreviewPiece, ...PreviewPiece[]])[] {
  const runs: [PreviewPiece, ...PreviewPiece[]][] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run?.[0].label === piece.label) run.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

/** Line by line, so that a background does not run to the terminal's edge; each line feed is shown before it is made. */
function paintLines(text: string, paint: Paint): string {
  const lines = showInvisible(text).split("\n");
  const last = lines.length - 1;
  return lines.map((line, index) => paintIfAny(index < last ? `${line}↵` : line, paint)).join("\n");
}

function paintIfAny(text: string, paint: Paint): string {
  return text === "" ? "" : paint(text);
}

/** Control and direction characters as their code: data must not be able to steer the terminal. */
function showInvisible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    if (character === "\n" || character === "\u200d") return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
