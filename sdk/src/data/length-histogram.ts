/** Counts examples by length, in buckets that double. */

/** Examples of `from` to `to` tokens, both included. */
export interface LengthBucket {
  readonly from: number;
  readonly to: number;
  readonly examples: number;
}

const firstBucket = 64;

/** Gathers lengths one by one, and keeps none of them. */
export class LengthHistogram {
  #count = 0;
  #total = 0;
  #longest = 0;
  readonly #examples: number[] = [];

  add(length: number): void {
    this.#count += 1;
    this.#total += length;
    this.#longest = Math.max(this.#longest, length);
    if (length < 1) return;
    const bucket = Math.max(0, Math.ceil(Math.log2(length / firstBucket)));
    while (this.#examples.length <= bucket) this.#examples.push(0);
    this.#examples[bucket] = (this.#examples[bucket] ?? 0) + 1;
  }

  /** Lengths that were added. */
  get count(): number {
    return this.#count;
  }

  /** Their sum. */
  get total(): number {
    return this.#total;
  }

  /** The largest of them; 0 where there is none. */
  get longest(): number {
    return this.#longest;
  }

  /** Buckets 1-64, 65-128, 129-256, ... up to the longest; empty ones between are kept. */
  get buckets(): readonly LengthBucket[] {
    return this.#examples.map((examples, bucket) => {
      const to = firstBucket * 2 ** bucket;
      return { from: bucket === 0 ? 1 : to / 2 + 1, to, examples };
    });
  }
}

/** One line: "1-64 tokens: 12 rows, 65-128: 300". */
export function describeHistogram(histogram: readonly LengthBucket[]): string {
  return `rows by tokens: ${histogram.map(({ from, to, examples }) => `${from}-${to}: ${examples}`).join(", ")}`;
}
