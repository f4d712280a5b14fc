/** Correction of p-values for their number. */

/**
 * Holm's step-down adjustment (Holm 1979, Scandinavian Journal of Statistics 6, 65-70), in the order given: calling
 * those below 0.05 significant errs about any true null hypothesis of the list in at most 5 % of cases, whatever the
 * dependence of the tests. Same as statsmodels' `multipletests(method="holm")`.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const ascending = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [rank, index] of ascending.entries()) {
    largest = Math.max(largest, (pValues.length - rank) * (pValues[index] ?? Number.NaN));
    adjusted[index] = Math.min(1, largest);
  }
  return adjusted;
}
