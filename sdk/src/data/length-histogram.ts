/** Counts examples by length, in buckets that double. */

/** Examples of `from` to `to` tokens, both included. */
export interface LengthBucket {
  readonly from: number;
  readonly to: number;
  readonly examples: number;
}

const firstBucket = 64;

/** Buckets 1-64, 65-128, 129-256, ... up to the longest; empty ones between are kept. */
export function lengthHistogram(lengths: readonly number[]): readonly LengthBucket[] {
  const buckets: LengthBucket[] = [];
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  for (let from = 1, to = firstBucket; from <= longest; from = to + 1, to *= 2) {
    const examples = lengths.filter((length) => length >= from && length <= to).length;
    buckets.push({ from, to, examples });
  }
  return buckets;
}

/** One line: "1-64 tokens: 12 rows, 65-128: 300". */
export function describeHistogram(histogram: readonly LengthBucket[]): string {
  return `rows by tokens: ${histogram.map(({ from, to, examples }) => `${from}-${to}: ${examples}`).join(", ")}`;
}
