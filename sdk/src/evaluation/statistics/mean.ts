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

/** Sum of weight times value over the sum of weights. */
export function weightedMean(values: readonly number[], weights: readonly number[]): number {
  return sum(values.map((value, index) => value * (weights[index] ?? Number.NaN))) / sum(weights);
}

/**
 * Standard error of a weighted mean as a ratio of means, linearised (Cochran 1977, Sampling Techniques, chapter 6):
 * sqrt(n / (n - 1) * sum((w (x - m))^2)) / sum(w); with equal weights that of a plain mean. Undefined for fewer than two values.
 */
export function standardErrorOfWeightedMean(values: readonly number[], weights: readonly number[]): number | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const center = weightedMean(values, weights);
  const squares = sum(values.map((value, index) => ((weights[index] ?? Number.NaN) * (value - center)) ** 2));
  return Math.sqrt((n / (n - 1)) * squares) / sum(weights);
}
