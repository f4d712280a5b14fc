/** Compares a task before and after, item by item, and says whether the difference can be told from noise. */
import { EvaluationError } from "../errors.js";
import { valuesOf } from "./item-metrics.js";
import { jsonHash } from "./json-hash.js";
import type { MetricComparison, TaskComparison, TaskResult } from "./result.js";
import { bootstrapRatioInterval95 } from "./statistics/bootstrap.js";
import { detectableDifference } from "./statistics/detectable-difference.js";
import { exactMcNemarPValue } from "./statistics/mcnemar.js";
import { mean, sum, weightedMean } from "./statistics/mean.js";
import { isBinary, summariseMetric, type WeightedValues } from "./statistics/metric-summary.js";
import { permutationPValue } from "./statistics/permutation.js";
import { type PairedCounts, pairedDifferenceInterval95 } from "./statistics/proportion.js";
import type { MetricKind } from "./task.js";
import { judge } from "./verdict.js";

/**
 * Pairs two results of the same task. Throws an EvaluationError unless both asked the same prompts under the same rule.
 *
 * The task stands alone: its adjusted p is its own. `correctForTasks` corrects several for their number.
 */
export function compareResults(before: TaskResult, after: TaskResult): TaskComparison {
  refuseUnlike(before, after);
  const metrics = Object.entries(before.metrics).map(([name, { kind }]): readonly [string, MetricComparison] => [
    name,
    compareMetric(valuesOf(name, before.items), valuesOf(name, after.items), kind),
  ]);
  const headline = metrics[0]?.[1];
  if (headline === undefined) throw new RangeError(`task "${before.task}" has no metric`);
  const { test, improved, worsened, pValue, verdict } = headline;
  return {
    task: before.task,
    rule: before.rule,
    n: before.n,
    before,
    after,
    metrics: Object.fromEntries(metrics),
    adjustedPValue: pValue,
    detectableDifference: test === "mcnemar-exact" ? detectableDifference(before.n, improved + worsened) : undefined,
    verdict,
  };
}

function compareMetric(before: WeightedValues, after: WeightedValues, kind: MetricKind): MetricComparison {
  const { weights } = before;
  const differences = after.values.map((value, index) => value - (before.values[index] ?? Number.NaN));
  const rose = differences.filter((difference) => difference > 0).length;
  const fell = differences.filter((difference) => difference < 0).length;
  const [improved, worsened] = kind.goal === "higher" ? [rose, fell] : [fell, rose];
  const plain = weights.every((weight) => weight === 1);
  const binary = plain && kind.unit === "share" && isBinary([...before.values, ...after.values]);
  const summed = differences.map((difference, index) => difference * (weights[index] ?? Number.NaN));
  const interval95 = binary
    ? pairedDifferenceInterval95(pairedCounts(before.values, rose, fell))
    : bootstrapRatioInterval95(summed, weights);
  const difference = { mean: plain ? mean(differences) : weightedMean(differences, weights), interval95 };
  const pValue = binary ? exactMcNemarPValue(improved, worsened) : permutationPValue(summed);
  return {
    before: summariseMetric(before, kind),
    after: summariseMetric(after, kind),
    difference,
    test: binary ? "mcnemar-exact" : "permutation",
    pValue,
    improved,
    worsened,
    verdict: judge({ difference, pValue }, kind),
  };
}

function pairedCounts(before: readonly number[], improved: number, worsened: number): PairedCounts {
  const both = sum(before) - worsened;
  return { both, onlyAfter: improved, onlyBefore: worsened, neither: before.length - both - improved - worsened };
}

function refuseUnlike(before: TaskResult, after: TaskResult): void {
  const described = ({ task, rule, n, promptHash, templateHash, generation, metrics, items }: TaskResult) => {
    const weights = jsonHash(items.map((item) => item.weights));
    const names = Object.keys(metrics);
    return JSON.stringify({ task, rule, n, promptHash, templateHash, generation, metrics: names, weights });
  };
  if (described(before) === described(after)) return;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: "Two results can't be paired: they are not of the same task, prompts, rule, weights and generation settings.",
    found: described(after),
    wanted: described(before),
    nextStep: "Measure both models with the same task and the same data.",
  });
}
