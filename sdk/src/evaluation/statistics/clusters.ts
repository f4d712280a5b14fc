/** Standard errors of items that come in groups, such as several questions about one text. */
import { mean, standardErrorOfWeightedMean } from "./mean.js";

/**
 * Standard error of a plain mean whose items are independent only between clusters: sqrt(C / (C - 1) * sum over
 * clusters of (sum of (x - m))^2) / n with C clusters, as statsmodels' `cov_type="cluster"` has it for a mean (Liang and Zeger
 * 1986, Biometrika 73, 13-22; for evaluations Miller 2024, arXiv 2411.00640, without the factor C / (C - 1)). With
 * clusters of one it is that of a mean. `clusters` holds one id a value. Undefined for fewer than two clusters.
 */
export function clusteredStandardError(
  values: readonly number[],
  clusters: readonly (string | number)[],
): number | undefined {
  const members = new Map<string | number | undefined, number[]>();
  for (const [index, value] of values.entries()) {
    const found = members.get(clusters[index]);
    if (found === undefined) members.set(clusters[index], [value]);
    else found.push(value);
  }
  // The mean of all items is the mean of the clusters' means, weighted by their sizes.
  const groups = [...members.values()];
  return standardErrorOfWeightedMean(
    groups.map(mean),
    groups.map((group) => group.length),
  );
}
