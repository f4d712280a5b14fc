/** Says results in sentences, the same in the page and in the terminal. */
import type { DriftResult, MetricComparison, TaskComparison, Verdict } from "../evaluation/result.js";
import { keptOf } from "../evaluation/retention/kept.js";
import type { LayerPlan } from "../layers/layer-plan.js";
import { change, changeRange, changeUnit, figure } from "./metric-figures.js";
import { count, counted, percent, percentRange, pValueText, significant, significantRange } from "./numbers.js";
import type { RunReport } from "./run-report.js";

/** A task's first metric with its name. */
export function headlineMetric(comparison: TaskComparison): readonly [name: string, metric: MetricComparison] {
  const first = Object.entries(comparison.metrics)[0];
  if (first === undefined) throw new RangeError(`task "${comparison.task}" has no metric`);
  return first;
}

/** "json-record: exact rose from 0.0 % to 91.7 % on 120 items." or that no difference is shown. */
export function headlineSentence(comparison: TaskComparison): string {
  const [name, { before, after, verdict }] = headlineMetric(comparison);
  const subject = `${comparison.task}: ${name}`;
  const items = counted(comparison.n, "item");
  const way = `from ${figure(before)} to ${figure(after)} on ${items}`;
  const moved = after.mean > before.mean ? "rose" : "fell";
  switch (verdict) {
    case "better":
    case "worse":
      return `${subject} ${moved} ${way}.`;
    case "no-difference-shown":
      return `${subject} shows no difference: ${figure(before)} before, ${figure(after)} after, on ${items}.`;
  }
}

/** The headline's paired difference with its interval and test. */
export function differenceSentence(comparison: TaskComparison): string {
  const { difference, before, test, pValue } = headlineMetric(comparison)[1];
  const { unit } = before.kind;
  const corrected = pValueText(comparison.adjustedPValue);
  const clusters = before.clusters === undefined ? "" : ` by ${counted(before.clusters, "cluster")}`;
  const tested = `${test === "mcnemar-exact" ? "McNemar" : "permutation"}${clusters} ${pValueText(pValue)}`;
  const correction = tested.endsWith(corrected) ? "" : ` (${corrected} corrected for the number of tasks)`;
  return `Paired difference ${change(difference.mean, unit)} ${changeUnit(unit)}, 95\u00a0% interval ${changeRange(difference.interval95, unit)}, ${tested}${correction}.`;
}

/** What so many items can show at all; empty where a difference is shown or the test is not McNemar's. */
export function detectableSentence(comparison: TaskComparison): string {
  const { verdict, n, detectableDifference } = comparison;
  const [, { test }] = headlineMetric(comparison);
  if (verdict !== "no-difference-shown" || test !== "mcnemar-exact") return "";
  if (detectableDifference === undefined) return `${counted(n, "item")} are too few to show any difference.`;
  const least = (100 * detectableDifference).toFixed(1);
  return `With ${counted(n, "item")}, a true difference under ${least}\u00a0points goes unseen more than one time in five.`;
}

/** How many items turned, how many answers were unreadable or cut, and on how many the rule failed. */
export function flipsSentence({ before, after, n }: TaskComparison, { improved, worsened }: MetricComparison): string {
  const counts = [
    `Of ${counted(n, "item")}, ${improved} got better and ${worsened} got worse.`,
    `Without a readable answer: ${before.invalid} before, ${after.invalid} after.`,
    `Cut at the token budget: ${before.truncated} before, ${after.truncated} after.`,
  ];
  if (before.failed + after.failed === 0) return counts.join(" ");
  const left = before.n - n;
  return `${counts.join(" ")} The rule failed on ${before.failed} before and ${after.failed} after; ${counted(left, "item")} of ${count(before.n)} ${left === 1 ? "is" : "are"} left out of all figures.`;
}

/** "Kept 98.1 % of what it knew ..."; empty where retention was not measured. */
export function keptSentence(comparisons: readonly TaskComparison[]): string {
  const found = keptOf(comparisons);
  if (found === undefined) return "";
  const { known, kept, share, interval95 } = found;
  return `Kept ${percent(share)} of what it knew (95\u00a0% interval ${percentRange(interval95)}): ${count(kept)} of the ${counted(known, "item")} of knowledge and following that the base got right.`;
}

/** Drift in two sentences. */
export function driftSentences(drift: DriftResult): string {
  const { klPerToken, sameToken, tokenCount, promptCount } = drift;
  const range = `95\u00a0% interval ${significantRange(klPerToken.interval95)}`;
  const moved = `On ${counted(promptCount, "unrelated prompt")} the model drifted ${significant(klPerToken.value)} nats per token from its base (${range}; ${counted(tokenCount, "token")}).`;
  return `${moved} It would still pick the base model's token at ${percent(sameToken.value)} of places (${percentRange(sameToken.interval95)}).`;
}

/** "bfloat16", or "bfloat16, the blocks' linear maps in 4 bits (nf4)". */
export function precisionWords({ device, model }: RunReport): string {
  if (model.quantization === "none") return device.dtype;
  return `${device.dtype}, the blocks' linear maps in 4 bits (${model.quantization})`;
}

/** What a quantised base means for who uses the result; empty for any other. */
export function quantizationSentence({ model }: RunReport): string {
  if (model.quantization === "none") return "";
  return `In training and evaluation the base was held in 4 bits (${model.quantization}): loaded so again it answers as measured here. A merged model has the base's unquantised weights, and its answers differ by the error of the quantisation.`;
}

/** A verdict as words. */
export function verdictWords(verdict: Verdict): string {
  return verdict === "no-difference-shown" ? "no difference shown" : verdict;
}

/** Which blocks are trained, as ranges: "6 to 23" or "0, 4 to 6, 11". */
export function trainedRanges(plan: LayerPlan): string {
  const ranges: [first: number, last: number][] = [];
  for (const { index } of plan.blocks) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === index - 1) open[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`)).join(", ");
}

/** What was trained how: "Blocks 6 to 23 of 30 (18 blocks), LoRA rank 16". */
export function planWords({ layerPlan, method }: Pick<RunReport, "layerPlan" | "method">): string {
  const { blocks, blockCount } = layerPlan;
  const ranks = [...new Set(blocks.flatMap(({ rank }) => (rank === undefined ? [] : [rank])))].sort((a, b) => a - b);
  const how = method.kind === "lora" ? `LoRA rank ${ranks.join(", ")}` : "full weights";
  const which = blocks.length === 1 ? "Block" : "Blocks";
  return `${which} ${trainedRanges(layerPlan)} of ${blockCount} (${counted(blocks.length, "block")}), ${how}`;
}
