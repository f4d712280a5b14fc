/** Intervals of proportions. */
import type { Interval } from "../result.js";
import { normalQuantile975 } from "./mean.js";

/**
 * 95 % score interval of a proportion (Wilson 1927). Unlike mean +- 1.96 standard errors it stays in [0, 1] and has a
 * width at 0 of n and n of n too. `total` is at least 1.
 */
export function wilsonInterval95(successes: number, total: number): Interval {
  const z2 = normalQuantile975 ** 2;
  const center = (successes + z2 / 2) / (total + z2);
  const variance = (successes * (total - successes)) / total + z2 / 4;
  const halfWidth = (normalQuantile975 * Math.sqrt(variance)) / (total + z2);
  // At the ends the exact bounds are 0 and 1; rounding would leave 1e-17 beside them.
  const low = successes === 0 ? 0 : center - halfWidth;
  const high = successes === total ? 1 : center + halfWidth;
  return [low, high];
}
