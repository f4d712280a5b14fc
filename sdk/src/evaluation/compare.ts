/** Compares a task before and after, item by item, and says whether the difference can be told from noise. */
import { createHash } from "node:crypto";
import { EvaluationError } from "../errors.js";
import { valuesOf } from "./item-metrics.js";
import type { MetricComparison, TaskComparison, TaskResult, Verdict } from "./result.js";
import { bootstrapRatioInterval95 } from "./statistics/bootstrap.js";
import { exactMcNemarPValue } from "./statistics/mcnemar.js";
import { mean, sum, weightedMean } from "./statistics/mean.js";
import { isBinary, summariseMetric, type WeightedValues } from "./statistics/metric-summary.js";
import { type PairedCounts, pairedDifferenceInterval95 } from "./statistics/proportion.js";
import type { MetricKind } from "./task.js";

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
    Object.entries(before.metrics).map(([name, { kind }]) => [
      name,
      compareMetric(valuesOf(name, before.items), valuesOf(name, after.items), kind),
    ]),
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

function compareMetric(before: WeightedValues, after: WeightedValues, kind: MetricKind): MetricComparison {
  const { weights } = before;
  const differences = after.values.map((value, index) => value - (before.values[index] ?? Number.NaN));
  const rose = differences.filter((difference) => difference > 0).length;
  const fell = differences.filter((difference) => difference < 0).length;
  const [improved, worsened] = kind.goal === "higher" ? [rose, fell] : [fell, rose];
  const plain = weights.every((weight) => weight === 1);
  const binary = plain && kind.unit === "share" && isBinary([...before.values, ...after.values]);
  const interval95 = binary
    ? pairedDifferenceInterval95(pairedCounts(before.values, rose, fell))
    : bootstrapRatioInterval95(
        differences.map((difference, index) => difference * (weights[index] ?? Number.NaN)),
        weights,
      );
  const difference = { mean: plain ? mean(differences) : weightedMean(differences, weights), interval95 };
  const pValue = binary ? exactMcNemarPValue(improved, worsened) : undefined;
  return {
    before: summariseMetric(before, kind),
    after: summariseMetric(after, kind),
    difference,
    pValue,
    improved,
    worsened,
    verdict: judge(difference, pValue, kind),
  };
}

function pairedCounts(before: readonly number[], improved: number, worsened: number): PairedCounts {
  const both = sum(before) - worsened;
  return { both, onlyAfter: improved, onlyBefore: worsened, neither: before.length - both - improved - worsened };
}

function judge(
  { interval95: [low, high] }: MetricComparison["difference"],
  pValue: number | undefined,
  { goal }: MetricKind,
): Verdict {
  if (pValue !== undefined && pValue >= significanceLevel) return "no-difference-shown";
  if (low > 0) return goal === "higher" ? "better" : "worse";
  if (high < 0) return goal === "higher" ? "worse" : "better";
  return "no-difference-shown";
}

function refuseUnlike(before: TaskResult, after: TaskResult): void {
  const described = ({ task, rule, n, promptHash, templateHash, generation, metrics, items }: TaskResult) => {
    const weights = hashOf(items.map((item) => item.weights));
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

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
