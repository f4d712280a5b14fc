/** Standard errors of items that come in clusters, such as several questions about one text. */
import { standardErrorOfWeightedMean, sum, weightedMean } from "./mean.js";

/** A cluster by its name, or by a number of its own where an item names none. */
export type Cluster = string | number;

/** One value of each item, and how much each counts. */
interface Weighted {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** The clusters in place of the items: of each the weighted mean and the sum of weights, by first appearance. */
export function byCluster({ values, weights }: Weighted, clusters: readonly Cluster[]): Weighted {
  const members = new Map<Cluster | undefined, number[]>();
  for (const index of values.keys()) {
    const found = members.get(clusters[index]);
    if (found === undefined) members.set(clusters[index], [index]);
    else found.push(index);
  }
  const pick = (from: readonly number[], places: readonly number[]) => places.map((place) => from[place] ?? Number.NaN);
  const groups = [...members.values()];
  return {
    values: groups.map((places) => weightedMean(pick(values, places), pick(weights, places))),
    weights: groups.map((places) => sum(pick(weights, places))),
  };
}

/**
 * Standard error of a weighted mean whose items are independent only between clusters: sqrt(C / (C - 1) * sum over
 * clusters of (sum of w (x - m))^2) / sum of w, with C clusters. With equal weights it is that of statsmodels'
 * `cov_type="cluster"` for a mean (Liang and Zeger 1986, Biometrika 73, 13-22; for evaluations Miller 2024, arXiv
 * 2411.00640, without the factor C / (C - 1)). With clusters of one it is that of a mean. `clusters` holds one a value.
 * Undefined for fewer than two clusters; of fewer than about thirty it tends to be too small.
 */
export function clusteredStandardError(items: Weighted, clusters: readonly Cluster[]): number | undefined {
  // The mean of all items is the mean of the clusters' means, weighted by their weights.
  const { values, weights } = byCluster(items, clusters);
  return standardErrorOfWeightedMean(values, weights);
}
