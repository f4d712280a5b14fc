/** When a difference is called better or worse. */
import type { MetricComparison, TaskComparison, Verdict } from "./result.js";
import { holmAdjusted } from "./statistics/holm.js";
import type { MetricKind } from "./task.js";

const significanceLevel = 0.05;

/**
 * "better" or "worse" only if the 95 % interval of the paired difference excludes 0 and p is below 0.05.
 *
 * The headline metrics of the tasks that are measured together are judged by p corrected for their number, all other
 * metrics one by one by their own p.
 */
export function judge({ difference, pValue }: Judged, { goal }: MetricKind): Verdict {
  const [low, high] = difference.interval95;
  if (pValue >= significanceLevel) return "no-difference-shown";
  if (low > 0) return goal === "higher" ? "better" : "worse";
  if (high < 0) return goal === "higher" ? "worse" : "better";
  return "no-difference-shown";
}

type Judged = Pick<MetricComparison, "difference" | "pValue">;

/**
 * Corrects the headlines of tasks that are measured together for their number, by Holm's method: each gets its adjusted
 * p and the verdict by it. The chance that any task is called changed though none is stays at 5 % or less.
 */
export function correctForTasks(comparisons: readonly TaskComparison[]): TaskComparison[] {
  const headlines = comparisons.map(({ metrics }) => Object.entries(metrics)[0]);
  const adjusted = holmAdjusted(headlines.map((headline) => headline?.[1].pValue ?? 1));
  return comparisons.map((comparison, index) => {
    const headline = headlines[index];
    const adjustedPValue = adjusted[index];
    if (headline === undefined || adjustedPValue === undefined) return comparison;
    const [name, metric] = headline;
    const verdict = judge({ difference: metric.difference, pValue: adjustedPValue }, metric.before.kind);
    const metrics = { ...comparison.metrics, [name]: { ...metric, verdict } };
    return { ...comparison, metrics, adjustedPValue, verdict };
  });
}
