/** One metric's values over all items, summarised. */
import type { Interval, MetricSummary } from "../result.js";
import { mean, normalQuantile975, standardErrorOfMean, sum } from "./mean.js";
import { wilsonInterval95 } from "./proportion.js";

/** Mean, standard error and 95 % interval of at least one value, each in [0, 1]. */
export function summariseMetric(values: readonly number[]): MetricSummary {
  const standardError = standardErrorOfMean(values);
  return { mean: mean(values), standardError, interval95: interval95(values, standardError) };
}

/** True where every value is 0 or 1, so that the mean is a proportion. */
export function isBinary(values: readonly number[]): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function interval95(values: readonly number[], standardError: number | undefined): Interval | undefined {
  if (isBinary(values)) return wilsonInterval95(sum(values), values.length);
  if (standardError === undefined) return undefined;
  const halfWidth = normalQuantile975 * standardError;
  return [Math.max(0, mean(values) - halfWidth), Math.min(1, mean(values) + halfWidth)];
}
