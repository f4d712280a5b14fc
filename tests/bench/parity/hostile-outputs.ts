/** Makes outputs that a rule may stumble over, the same for the same seed: pieces of what rules look for, put together at random. */
import { createRandom, type Random } from "../../../sdk/src/random.js";

const numberPieces = [
  "#### ",
  "####",
  "18",
  "-3.50",
  "1,234",
  "$18",
  "..",
  ".",
  "\u0661\u0668",
  "１８",
  "0",
  "\n",
  " ",
  "$",
  ",",
  "-",
  "The answer is ",
  "Question:",
  "\u2028",
  "e5",
  "#### -",
  "5.",
];
const textPieces = [
  "*",
  "**",
  "***",
  "******",
  "* ",
  "- ",
  "\n",
  "\n\n",
  " ",
  "\t",
  "\r\n",
  "\u2028",
  "\x1c",
  "\u00a0",
  "[",
  "]",
  "[name]",
  "<<",
  ">>",
  "<<Title>>",
  '"',
  "'",
  "“",
  "”",
  "{",
  "}",
  '{"a": [1, 2.5, null]}',
  "NaN",
  "```json\n",
  "```",
  "P.S.",
  "p. s.",
  "P.P.S",
  "Section 1",
  "SECTION 2",
  "Day 3",
  ",",
  ".",
  "!",
  "?",
  "Dr. Smith",
  "U.S. Army",
  "e.g. this",
  "3.14",
  "I",
  "DON'T",
  "don't",
  "STOP",
  "Stop",
  "the",
  "quick brown fox",
  "ÄRGER",
  "ärger",
  "ß",
  "İ",
  "ǅ",
  "naïve",
  "My answer is yes.",
  "my answer is no.",
  "The end",
  "THE END",
  "First",
  "then,",
  "hello world",
  "e",
  "E",
  "q",
  "well-known",
  "A/B",
  "x_1",
  "½",
  "一二三",
  "नमस्ते",
  "the weather in Berlin is fine today",
  "DAS WETTER IST HEUTE SCHÖN",
  "Il fait beau aujourd'hui",
];

const repeatedPieces = ["1,", "-.", "[ ", "* -", " ***", "<<>", '{"a":', "P. ", "\n\n\n*", "A."];

/** Outputs for rules that look for numbers. */
export function numberOutputs(count: number, seed: number): string[] {
  return outputs(numberPieces, count, seed, 10);
}

/** Outputs for rules that look at the form of a text; `words` are as likely as all other pieces together. */
export function textOutputs(count: number, seed: number, words: readonly string[] = []): string[] {
  const often = words.length === 0 ? 0 : Math.ceil(textPieces.length / words.length);
  return outputs([...textPieces, ...Array.from({ length: often }, () => words).flat()], count, seed, 24);
}

/** Outputs of one piece over and over, of about `length` characters each, which rules with care for none would take the square of. */
export function longOutputs(length: number): string[] {
  const pieces = [...repeatedPieces, ...numberPieces, ...textPieces];
  return pieces.map((piece) => piece.repeat(Math.ceil(length / piece.length)));
}

function outputs(pieces: readonly string[], count: number, seed: number, most: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => outputOf(pieces, 1 + random.below(most), random));
}

function outputOf(pieces: readonly string[], length: number, random: Random): string {
  return Array.from({ length }, () => pieces[random.below(pieces.length)] ?? "").join(random.below(3) === 0 ? " " : "");
}
