/** McNemar's test of paired 0/1 outcomes. */

/**
 * Exact two-sided p-value: of the n = improved + worsened pairs that changed, how likely is a split at least this
 * uneven if either way were equally likely? min(1, 2 P(X <= min)) with X ~ Binomial(n, 1/2); 1 where nothing changed.
 * Same as statsmodels' `mcnemar(table, exact=True)`.
 */
export function exactMcNemarPValue(improved: number, worsened: number): number {
  const changed = improved + worsened;
  const fewer = Math.min(improved, worsened);
  // In logarithms, because C(n, k) leaves the doubles for n above 1,029.
  let logTerm = -changed * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log((changed - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
