/** What was forgotten, part by part, in words: the same in the page, in Markdown and in the model card. */
import type { DriftResult, TaskComparison } from "../evaluation/result.js";
import { keptOf } from "../evaluation/retention/kept.js";
import { retentionTaskNames } from "../evaluation/retention/retention.js";
import { change, changeRange, changeUnit, figure, figureRange } from "./metric-figures.js";
import { count, percent, percentRange, significant } from "./numbers.js";
import { headlineMetric, verdictWords } from "./words.js";

/** One part of the retention suite, before and after. */
export interface ForgettingPart {
  /** "drift", "knowledge", "following" or "language". */
  readonly part: string;
  /** What is counted, on how many of what. */
  readonly measure: string;
  readonly before: string;
  readonly after: string;
  /** After minus before. */
  readonly difference: string;
  /** Of the items that the base got right; empty where nothing is right or wrong. */
  readonly kept: string;
  readonly verdict: string;
}

/** Names of the columns, in the order of `cellsOf`. */
export const forgettingColumns = ["Part", "Measure", "Before", "After", "Difference", "Kept", "Verdict"];

/** The parts that were measured, drift first. Every figure has its 95 % interval in brackets. */
export function forgettingParts(
  comparisons: readonly TaskComparison[],
  drift: DriftResult | undefined,
): readonly ForgettingPart[] {
  const parts = Object.entries(retentionTaskNames).flatMap(([part, name]) => {
    const comparison = comparisons.find(({ task }) => task === name);
    return comparison === undefined ? [] : [partOf(part, comparison)];
  });
  return drift === undefined ? parts : [driftPart(drift), ...parts];
}

/** A part as the cells of a table. */
export function cellsOf({ part, measure, before, after, difference, kept, verdict }: ForgettingPart): string[] {
  return [part, measure, before, after, difference, kept, verdict];
}

function partOf(part: string, comparison: TaskComparison): ForgettingPart {
  const [metric, { before, after, difference, verdict }] = headlineMetric(comparison);
  const { unit, goal } = before.kind;
  const found = keptOf([comparison]);
  const way = goal === "lower" ? ", less is better" : "";
  return {
    part,
    measure: `${metric} on ${count(comparison.n)} items${way}`,
    before: `${figure(before)} (${figureRange(before)})`,
    after: `${figure(after)} (${figureRange(after)})`,
    difference: `${change(difference.mean, unit)} ${changeUnit(unit)} (${changeRange(difference.interval95, unit)})`,
    kept:
      found === undefined ? "" : `${percent(found.share)} (${percentRange(found.interval95)}) of ${count(found.known)}`,
    verdict: verdictWords(verdict),
  };
}

/** The base is at 0 by definition; how much of a move is harm no test can say. */
function driftPart({ klPerToken, promptCount }: DriftResult): ForgettingPart {
  const [low, high] = klPerToken.interval95;
  const moved = `${significant(klPerToken.value)} nats (${significant(low)} to ${significant(high)})`;
  return {
    part: "drift",
    measure: `KL per token from the base on ${count(promptCount)} prompts, less is nearer`,
    before: "0",
    after: moved,
    difference: `+${moved}`,
    kept: "",
    verdict: "",
  };
}
