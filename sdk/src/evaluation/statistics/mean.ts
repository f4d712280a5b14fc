/** Means and their standard error. */

/** The 97.5 % quantile of the normal distribution, for 95 % intervals. */
export const normalQuantile975 = 1.959963984540054;

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Plain sum. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Standard error of a mean, s / sqrt(n) with s the sample standard deviation over n - 1, as `mean_stderr` of
 * lm-evaluation-harness has it (lm_eval/api/metrics.py). Undefined for fewer than two values.
 */
export function standardErrorOfMean(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const center = mean(values);
  const squares = sum(values.map((value) => (value - center) ** 2));
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
