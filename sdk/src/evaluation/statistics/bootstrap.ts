/**
 * Percentile bootstrap intervals (Efron and Tibshirani 1993, chapter 13), seeded, so that the same data always gives
 * the same interval.
 */
import { createRandom } from "../../random.js";
import type { Interval } from "../result.js";
import { statisticsSeed } from "./seed.js";

const draws = 10_000;

/** 95 % interval of a mean, from 10,000 draws of n values with replacement. Given paired differences it is a paired bootstrap. */
export function bootstrapMeanInterval95(values: readonly number[]): Interval {
  return bootstrapRatioInterval95(
    values,
    values.map(() => 1),
  );
}

/**
 * 95 % interval of sum(numerators) / sum(denominators), from 10,000 draws of whole clusters with replacement. Entry i of
 * both lists belongs to cluster i, such as all tokens of one prompt: tokens of a prompt are not independent, prompts are.
 */
export function bootstrapRatioInterval95(numerators: readonly number[], denominators: readonly number[]): Interval {
  const random = createRandom(statisticsSeed);
  const ratios = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let numerator = 0;
    let denominator = 0;
    for (let picked = 0; picked < numerators.length; picked++) {
      const cluster = random.below(numerators.length);
      numerator += numerators[cluster] ?? 0;
      denominator += denominators[cluster] ?? 0;
    }
    ratios[draw] = numerator / denominator;
  }
  ratios.sort();
  return [quantile(ratios, 0.025), quantile(ratios, 0.975)];
}

/** Linear between the two nearest order statistics, as numpy's default has it. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}
