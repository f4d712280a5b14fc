/** The sign-flip permutation test of paired differences, seeded, so that the same data always gives the same p. */
import { createRandom } from "../../random.js";
import { sum } from "./mean.js";
import { statisticsSeed } from "./seed.js";

const draws = 10_000;
const wordBits = 32;

/**
 * Two-sided p-value of paired differences under the hypothesis that each could as well have had the other sign (Fisher
 * 1935, The Design of Experiments, section 21). The statistic is |sum of differences|; give differences times weights
 * to test a weighted mean.
 *
 * With n differences other than 0 all 2^n signs are tried where 2^n is below 10,000, which gives k / 2^n exactly; else
 * 10,000 draws give (k + 1) / (draws + 1), which is never 0 and keeps the level (Phipson and Smyth 2010, Statistical
 * Applications in Genetics and Molecular Biology 9, article 39). k counts statistics at least as large as the one found.
 */
export function permutationPValue(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs).filter((size) => size > 0);
  const total = sum(sizes);
  // Sums that are equal on paper differ by rounding; they count as equal.
  const found = Math.abs(sum(differences)) - 1e-12 * total;
  const isAsLarge = (positive: number) => Math.abs(2 * positive - total) >= found;
  return 2 ** sizes.length < draws ? exactShare(sizes, isAsLarge) : drawnShare(sizes, isAsLarge);
}

/** `isAsLarge` is asked with the sum of the sizes that have a plus. */
function exactShare(sizes: readonly number[], isAsLarge: (positive: number) => boolean): number {
  const signings = 2 ** sizes.length;
  let asLarge = 0;
  for (let signs = 0; signs < signings; signs++) {
    if (isAsLarge(sum(sizes.filter((_, place) => (signs >>> place) & 1)))) asLarge++;
  }
  return asLarge / signings;
}

function drawnShare(sizes: readonly number[], isAsLarge: (positive: number) => boolean): number {
  const random = createRandom(statisticsSeed);
  let asLarge = 0;
  for (let draw = 0; draw < draws; draw++) {
    let positive = 0;
    let signs = 0;
    for (let place = 0; place < sizes.length; place++) {
      signs = place % wordBits === 0 ? random.below(2 ** wordBits) : signs >>> 1;
      if (signs & 1) positive += sizes[place] ?? 0;
    }
    if (isAsLarge(positive)) asLarge++;
  }
  return (asLarge + 1) / (draws + 1);
}
