/** One metric's values over all items, summarised. */
import type { Interval, MetricSummary } from "../result.js";
import type { MetricKind } from "../task.js";
import { type Cluster, clusteredStandardError } from "./clusters.js";
import {
  mean,
  normalQuantile975,
  standardErrorOfMean,
  standardErrorOfWeightedMean,
  sum,
  weightedMean,
} from "./mean.js";
import { wilsonInterval95 } from "./proportion.js";

/** One metric's value of each item, and how much each counts. */
export interface WeightedValues {
  readonly values: readonly number[];
  /** Above 0, one a value. */
  readonly weights: readonly number[];
}

/** Mean, standard error and 95 % interval of at least one value; by clusters where the items come in such, one a value. */
export function summariseMetric(
  { values, weights }: WeightedValues,
  kind: MetricKind,
  clusters?: readonly Cluster[],
): MetricSummary {
  const weighted = weights.some((weight) => weight !== 1);
  const center = weighted ? weightedMean(values, weights) : mean(values);
  const standardError =
    clusters !== undefined
      ? clusteredStandardError({ values, weights }, clusters)
      : weighted
        ? standardErrorOfWeightedMean(values, weights)
        : standardErrorOfMean(values);
  const proportion = kind.unit === "share" && !weighted && clusters === undefined && isBinary(values);
  const interval95 = proportion
    ? wilsonInterval95(sum(values), values.length)
    : normalInterval95(center, standardError, kind);
  return { kind, mean: center, standardError, interval95, clusters: clusters && new Set(clusters).size };
}

/** True where every value is 0 or 1, so that the mean is a proportion. */
export function isBinary(values: readonly number[]): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function normalInterval95(
  center: number,
  standardError: number | undefined,
  { unit }: MetricKind,
): Interval | undefined {
  if (standardError === undefined) return undefined;
  const halfWidth = normalQuantile975 * standardError;
  const highest = unit === "share" ? 1 : Number.POSITIVE_INFINITY;
  return [Math.max(0, center - halfWidth), Math.min(highest, center + halfWidth)];
}
