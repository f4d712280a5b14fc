/** Compares a task before and after, item by item, and says whether the difference can be told from noise. */
import { EvaluationError } from "../errors.js";
import type { ItemRecord, MetricComparison, TaskComparison, TaskResult, Verdict } from "./result.js";
import { bootstrapMeanInterval95 } from "./statistics/bootstrap.js";
import { exactMcNemarPValue } from "./statistics/mcnemar.js";
import { mean, sum } from "./statistics/mean.js";
import { isBinary, summariseMetric } from "./statistics/metric-summary.js";
import { type PairedCounts, pairedDifferenceInterval95 } from "./statistics/proportion.js";

const significanceLevel = 0.05;

/**
 * Pairs two results of the same task. Throws an EvaluationError unless both asked the same prompts under the same rule.
 *
 * A metric is "better" or "worse" only if the 95 % interval of its paired difference excludes 0 and, where all its
 * values are 0 or 1, the exact McNemar p is below 0.05 too. The metrics are judged one by one, not corrected for their number.
 */
export function compareResults(before: TaskResult, after: TaskResult): TaskComparison {
  refuseUnlike(before, after);
  const names = Object.keys(before.metrics);
  const metrics = Object.fromEntries(
    names.map((name) => [name, compareMetric(valuesOf(name, before.items), valuesOf(name, after.items))]),
  );
  return {
    task: before.task,
    rule: before.rule,
    n: before.n,
    before,
    after,
    metrics,
    verdict: metrics[names[0] ?? ""]?.verdict ?? "no-difference-shown",
  };
}

function compareMetric(before: readonly number[], after: readonly number[]): MetricComparison {
  const differences = after.map((value, index) => value - (before[index] ?? Number.NaN));
  const improved = differences.filter((difference) => difference > 0).length;
  const worsened = differences.filter((difference) => difference < 0).length;
  const binary = isBinary([...before, ...after]);
  const interval95 = binary
    ? pairedDifferenceInterval95(pairedCounts(before, improved, worsened))
    : bootstrapMeanInterval95(differences);
  const difference = { mean: mean(differences), interval95 };
  const pValue = binary ? exactMcNemarPValue(improved, worsened) : undefined;
  return {
    before: summariseMetric(before),
    after: summariseMetric(after),
    difference,
    pValue,
    improved,
    worsened,
    verdict: judge(difference, pValue),
  };
}

function pairedCounts(before: readonly number[], improved: number, worsened: number): PairedCounts {
  const both = sum(before) - worsened;
  return { both, onlyAfter: improved, onlyBefore: worsened, neither: before.length - both - improved - worsened };
}

function judge({ interval95 }: MetricComparison["difference"], pValue: number | undefined): Verdict {
  if (pValue !== undefined && pValue >= significanceLevel) return "no-difference-shown";
  if (interval95[0] > 0) return "better";
  if (interval95[1] < 0) return "worse";
  return "no-difference-shown";
}

function valuesOf(metric: string, items: readonly ItemRecord[]): number[] {
  return items.map((item) => item.metrics[metric] ?? Number.NaN);
}

function refuseUnlike(before: TaskResult, after: TaskResult): void {
  const described = ({ task, rule, n, promptHash, templateHash, generation, metrics }: TaskResult) =>
    JSON.stringify({ task, rule, n, promptHash, templateHash, generation, metrics: Object.keys(metrics) });
  if (described(before) === described(after)) return;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: "Two results can't be paired: they are not of the same task, prompts, rule and generation settings.",
    found: described(after),
    wanted: described(before),
    nextStep: "Measure both models with the same task and the same data.",
  });
}
