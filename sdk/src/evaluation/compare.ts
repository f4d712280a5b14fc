/** Compares a task before and after, item by item, and says whether the difference can be told from noise. */
import { EvaluationError } from "../errors.js";
import { clustersOf, valuesOf } from "./item-metrics.js";
import { jsonHash } from "./json-hash.js";
import { type JudgedPair, judgedPairs } from "./judged-pairs.js";
import type { MetricComparison, TaskComparison, TaskResult } from "./result.js";
import { bootstrapRatioInterval95 } from "./statistics/bootstrap.js";
import { byCluster, type Cluster } from "./statistics/clusters.js";
import { detectableDifference } from "./statistics/detectable-difference.js";
import { exactMcNemarPValue } from "./statistics/mcnemar.js";
import { mean, sum, weightedMean } from "./statistics/mean.js";
import { isBinary, summariseMetric, type WeightedValues } from "./statistics/metric-summary.js";
import { permutationPValue } from "./statistics/permutation.js";
import { type PairedCounts, pairedDifferenceInterval95 } from "./statistics/proportion.js";
import type { MetricKind } from "./task.js";
import { judge } from "./verdict.js";

/**
 * Pairs two results of the same task. Throws an EvaluationError unless both asked the same prompts under the same rule, and
 * at least one item was judged both times.
 *
 * The task stands alone: its adjusted p is its own. `correctForTasks` corrects several for their number.
 */
export function compareResults(before: TaskResult, after: TaskResult): TaskComparison {
  const pairs = judgedPairs(before, after);
  refuseUnlike(before, after, pairs);
  const [itemsBefore, itemsAfter] = [pairs.map((pair) => pair.before), pairs.map((pair) => pair.after)];
  const clusters = clustersOf(itemsBefore);
  const metrics = Object.entries(before.metrics).map(([name, { kind }]): readonly [string, MetricComparison] => [
    name,
    compareMetric(valuesOf(name, itemsBefore), valuesOf(name, itemsAfter), kind, clusters),
  ]);
  const headline = metrics[0]?.[1];
  if (headline === undefined) throw new RangeError(`task "${before.task}" has no metric`);
  const { test, improved, worsened, pValue, verdict } = headline;
  return {
    task: before.task,
    rule: before.rule,
    n: pairs.length,
    before,
    after,
    metrics: Object.fromEntries(metrics),
    adjustedPValue: pValue,
    detectableDifference:
      test === "mcnemar-exact" ? detectableDifference(pairs.length, improved + worsened) : undefined,
    verdict,
  };
}

function compareMetric(
  before: WeightedValues,
  after: WeightedValues,
  kind: MetricKind,
  clusters: readonly Cluster[] | undefined,
): MetricComparison {
  const { weights } = before;
  const differences = after.values.map((value, index) => value - (before.values[index] ?? Number.NaN));
  const rose = differences.filter((difference) => difference > 0).length;
  const fell = differences.filter((difference) => difference < 0).length;
  const [improved, worsened] = kind.goal === "higher" ? [rose, fell] : [fell, rose];
  const plain = weights.every((weight) => weight === 1);
  const binary =
    plain && clusters === undefined && kind.unit === "share" && isBinary([...before.values, ...after.values]);
  const units =
    clusters === undefined ? { values: differences, weights } : byCluster({ values: differences, weights }, clusters);
  const summed = units.values.map((difference, index) => difference * (units.weights[index] ?? Number.NaN));
  const interval95 = binary
    ? pairedDifferenceInterval95(pairedCounts(before.values, rose, fell))
    : bootstrapRatioInterval95(summed, units.weights);
  const difference = { mean: plain ? mean(differences) : weightedMean(differences, weights), interval95 };
  const pValue = binary ? exactMcNemarPValue(improved, worsened) : permutationPValue(summed);
  return {
    before: summariseMetric(before, kind, clusters),
    after: summariseMetric(after, kind, clusters),
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

function refuseUnlike(before: TaskResult, after: TaskResult, pairs: readonly JudgedPair[]): void {
  const described = (result: TaskResult, when: keyof JudgedPair) => {
    const { task, rule, n, promptHash, templateHash, generation, metrics } = result;
    const weights = jsonHash(pairs.map((pair) => pair[when].weights));
    const names = Object.keys(metrics);
    return JSON.stringify({ task, rule, n, promptHash, templateHash, generation, metrics: names, weights });
  };
  const [ofBefore, ofAfter] = [described(before, "before"), described(after, "after")];
  if (ofBefore === ofAfter && pairs.length === 0) throw nothingJudgedTwice(before, after);
  if (ofBefore === ofAfter) return;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: "Two results can't be paired: they are not of the same task, prompts, rule, weights and generation settings.",
    found: ofAfter,
    wanted: ofBefore,
    nextStep: "Measure both models with the same task and the same data.",
  });
}

function nothingJudgedTwice({ task, n, failed }: TaskResult, after: TaskResult): EvaluationError {
  return new EvaluationError({
    code: "evaluation-failed",
    what: `No item of task "${task}" was judged both before and after.`,
    found: `the rule failed on ${failed} of ${n} items before and ${after.failed} after`,
    wanted: "a rule that gives a score for any output",
  });
}
