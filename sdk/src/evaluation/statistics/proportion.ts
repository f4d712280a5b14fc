/** Intervals of proportions and of paired differences of them. */
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

/** How many pairs were right after and before, only after, only before, and neither. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyAfter: number;
  readonly onlyBefore: number;
  readonly neither: number;
}

/**
 * 95 % score interval of a difference after - before of paired proportions (Newcombe 1998, Statistics in Medicine 17,
 * 2635-2650, method 10). Unlike a bootstrap it keeps a width where every pair changed alike, as from 0 of n to n of n.
 */
export function pairedDifferenceInterval95(counts: PairedCounts): Interval {
  const { both, onlyAfter, onlyBefore, neither } = counts;
  const total = both + onlyAfter + onlyBefore + neither;
  const after = withMargins(both + onlyAfter, total);
  const before = withMargins(both + onlyBefore, total);
  const shared = 2 * correlation(counts, total);
  const width = (one: number, other: number) => Math.sqrt(one ** 2 - shared * one * other + other ** 2);
  const difference = after.share - before.share;
  return [difference - width(after.below, before.above), difference + width(before.below, after.above)];
}

/** A proportion with the distances to its Wilson bounds. */
function withMargins(successes: number, total: number) {
  const [low, high] = wilsonInterval95(successes, total);
  const share = successes / total;
  return { share, below: share - low, above: high - share };
}

/** Phi of the 2 x 2 table, corrected for continuity as the method has it; 0 where a margin is empty. */
function correlation({ both, onlyAfter, onlyBefore, neither }: PairedCounts, total: number): number {
  const margins = (both + onlyAfter) * (onlyBefore + neither) * (both + onlyBefore) * (onlyAfter + neither);
  if (margins === 0) return 0;
  const excess = both * neither - onlyAfter * onlyBefore;
  const corrected = excess > 0 ? Math.max(0, excess - total / 2) : excess;
  return corrected / Math.sqrt(margins);
}
