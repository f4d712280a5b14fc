/** Writes question and answer rows that are never twice the same, for measuring at any size. */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { createRandom, type Random } from "../../../sdk/src/random.js";

const syllables = [
  "ba",
  "con",
  "der",
  "el",
  "fi",
  "gra",
  "ho",
  "in",
  "jo",
  "kel",
  "lu",
  "mar",
  "no",
  "pre",
  "ti",
  "us",
];
const answerWords = 24;

/** Writes `count` rows as JSONL: a question of numbers and names, and an answer of made-up words. */
export async function writeSyntheticRows(path: string, count: number, seed: number): Promise<void> {
  const random = createRandom(seed);
  const file = createWriteStream(path);
  for (let row = 0; row < count; row++) {
    if (!file.write(`${JSON.stringify(syntheticRow(random))}\n`)) await once(file, "drain");
  }
  file.end();
  await finished(file);
}

function syntheticRow(random: Random) {
  const [first, second] = [random.below(10_000), random.below(10_000)];
  const question = `${word(random)} has ${first} ${word(random)}s and gets ${second} more. How many are there, and why?`;
  const reasons = Array.from({ length: answerWords }, () => word(random)).join(" ");
  return { question, answer: `${first} + ${second} = ${first + second}, since ${reasons}.` };
}

function word(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => syllables[random.below(syllables.length)]).join("");
}
