/** Says in words what became of the rows of the training data, the same in the page and in the terminal. */
import type { DataSummary, Duplicates } from "../data/data-summary.js";
import type { Omission } from "../data/omissions.js";
import { placeOf } from "../data/place.js";
import type { PackingFigures } from "../training/packing.js";
import { count, counted, percent } from "./numbers.js";

const whatBecame: Readonly<Record<Omission["reason"], string>> = {
  "too-long": "left out, longer than the limit",
  "no-trained-token": "left out, with nothing to learn",
  "truncate-start": "cut at the start",
  "truncate-end": "cut at the end",
  split: "split into parts",
};

/** "3 rows cut at the end, 120 tokens lost, 40 of them to be learnt". */
export function omissionWords({ reason, rows, tokens, trainedTokens }: Omission): string {
  const learnt = trainedTokens === 0 ? "" : `, ${count(trainedTokens)} of them to be learnt`;
  return `${counted(rows, "row")} ${whatBecame[reason]}, ${counted(tokens, "token")} lost${learnt}`;
}

/** Where rows stand: the first three, and how many more. */
export function placesWords({ rows, places }: Pick<Omission, "rows" | "places">): string {
  const shown = places.slice(0, 3).map(placeOf);
  return `${shown.join(", ")}${rows > shown.length ? `, and ${counted(rows - shown.length, "other")}` : ""}`;
}

/** "3 texts like control tokens in the rows, read as text"; "none" where there are none. */
export function controlWords(kept: number): string {
  return kept === 0 ? "none" : `${counted(kept, "text")} like control tokens in the rows, read as text`;
}

/** Rows that repeat earlier ones, with the first of them; "none" where there are none. */
export function duplicateWords({ exact, normalised, places }: Duplicates): string {
  const [first] = places;
  if (first === undefined) return "none";
  const kinds = [
    ...(exact > 0 ? [`${counted(exact, "row")} equal to an earlier one`] : []),
    ...(normalised > 0 ? [`${counted(normalised, "row")} nearly so`] : []),
  ];
  return `${kinds.join(", ")}; first ${placeOf(first.source)}, like ${placeOf(first.earlier)}`;
}

/** "98.0 % of 807 micro-batches of 2,048 tokens". */
export function packingWords({ efficiency, microBatches, budget }: PackingFigures): string {
  return `${percent(efficiency)} of ${count(microBatches)} micro-batches of ${count(budget)} tokens`;
}

/** "general.jsonl, 10.0 % of an epoch: 44 times one of its 1,000 examples". */
export function replayWords({
  name,
  share,
  uses,
  examples,
}: {
  readonly name: string;
  readonly share: number;
  readonly uses: number;
  readonly examples: number;
}): string {
  return `${name}, ${percent(share)} of an epoch: ${counted(uses, "time")} one of its ${counted(examples, "example")}`;
}

/** "9,120 of 16,200, 56.3 %". */
export function trainedWords({ trainedTokens, tokens, trainedShare }: DataSummary): string {
  return `${count(trainedTokens)} of ${count(tokens)} tokens, ${percent(trainedShare)}`;
}
