/** What was forgotten, part by part, in words: the same in the page, in Markdown and in the model card. */
import type { DriftResult, TaskComparison } from "../evaluation/result.js";
import { keptOf } from "../evaluation/retention/kept.js";
import { retentionTaskNames } from "../evaluation/retention/retention.js";
import { change, changeRange, changeUnit, figure, figureRange } from "./metric-figures.js";
import { counted, percent, percentRange, significant, significantRange } from "./numbers.js";
import { headlineMetric, verdictWords } from "./words.js";

/** A figure, and what stands in small letters beside it, such as its 95 % interval; either may be empty. */
export type NotedFigure = readonly [figure: string, note: string];

/** One part of the retention suite, before and after. */
export interface ForgettingPart {
  /** "drift", "knowledge", "following" or "language", and what is counted. */
  readonly part: NotedFigure;
  readonly before: NotedFigure;
  readonly after: NotedFigure;
  /** After minus before. */
  readonly difference: NotedFigure;
  /** Of the items that the base got right; empty where nothing is right or wrong. */
  readonly kept: NotedFigure;
  readonly verdict: NotedFigure;
}

/** Names of the columns, in the order of `cellsOf`. */
export const forgettingColumns = ["Part", "Before", "After", "Difference", "Kept", "Verdict"];

/** The parts that were measured, drift first. */
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
export function cellsOf({ part, before, after, difference, kept, verdict }: ForgettingPart): readonly NotedFigure[] {
  return [part, before, after, difference, kept, verdict];
}

function partOf(part: string, comparison: TaskComparison): ForgettingPart {
  const [metric, { before, after, difference, verdict }] = headlineMetric(comparison);
  const { unit, goal } = before.kind;
  const found = keptOf([comparison]);
  const way = goal === "lower" ? ", less is better" : "";
  return {
    part: [part, `${metric}, ${counted(comparison.n, "item")}${way}`],
    before: [figure(before), figureRange(before)],
    after: [figure(after), figureRange(after)],
    difference: [`${change(difference.mean, unit)} ${changeUnit(unit)}`, changeRange(difference.interval95, unit)],
    kept: found === undefined ? ["", ""] : [percent(found.share), percentRange(found.interval95)],
    verdict: [verdictWords(verdict), ""],
  };
}

/** The base is at 0 by definition; how much of a move is harm no test can say. */
function driftPart({ klPerToken, promptCount }: DriftResult): ForgettingPart {
  const nats = `${significant(klPerToken.value)}\u00a0nats`;
  const range = significantRange(klPerToken.interval95);
  return {
    part: ["drift", `KL per token, ${counted(promptCount, "prompt")}`],
    before: ["0", ""],
    after: [nats, range],
    difference: [`+${nats}`, range],
    kept: ["", ""],
    verdict: ["", ""],
  };
}
