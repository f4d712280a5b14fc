/** Packs sequences side by side into micro-batches of limited tokens, without padding. */

/** Indices of the sequences that go through the model together. */
export type MicroBatch = readonly number[];

/** Sequences that are looked at to fill a micro-batch: enough for one that fits nearly always, few enough to stay near the order. */
const windowSequences = 256;

interface Filled {
  readonly indices: number[];
  tokens: number;
}

/**
 * Packs all of `indices` into as many micro-batches as first-fit decreasing needs, at most 11/9 of the fewest possible
 * plus one (Johnson 1973), of about the same size each: longest first into the emptiest (Graham 1969), where that keeps
 * to the budget. Even ones need the least memory. A sequence that is longer than the budget goes alone.
 */
export function packEvenly(indices: readonly number[], lengths: readonly number[], budget: number): MicroBatch[] {
  const lengthOf = (index: number) => lengths[index] ?? 0;
  const longestFirst = [...indices].sort((left, right) => lengthOf(right) - lengthOf(left) || left - right);
  const packed = firstFit(longestFirst, lengthOf, budget);
  const spread = spreadOver(packed.length, longestFirst, lengthOf);
  const keeps = spread.every(({ indices: { length }, tokens }) => length === 1 || tokens <= budget);
  return (keeps ? spread : packed).map((microBatch) => microBatch.indices);
}

function firstFit(order: readonly number[], lengthOf: (index: number) => number, budget: number): Filled[] {
  const microBatches: Filled[] = [];
  for (const index of order) {
    let roomy = microBatches.find(({ tokens }) => tokens + lengthOf(index) <= budget);
    if (roomy === undefined) {
      roomy = { indices: [], tokens: 0 };
      microBatches.push(roomy);
    }
    put(roomy, index, lengthOf);
  }
  return microBatches;
}

function spreadOver(count: number, order: readonly number[], lengthOf: (index: number) => number): Filled[] {
  const microBatches = Array.from({ length: count }, (): Filled => ({ indices: [], tokens: 0 }));
  for (const index of order) {
    const emptiest = microBatches.reduce((least, other) => (other.tokens < least.tokens ? other : least));
    put(emptiest, index, lengthOf);
  }
  return microBatches;
}

function put(microBatch: Filled, index: number, lengthOf: (index: number) => number): void {
  microBatch.indices.push(index);
  microBatch.tokens += lengthOf(index);
}

/**
 * Packs `order` by first-fit over a moving window of it: each micro-batch begins with the sequence that has waited
 * longest and takes, in order, every waiting one that still fits. No sequence waits for more than a window of
 * micro-batches; one that is longer than the budget goes alone.
 */
export function packWindow(
  order: readonly number[],
  lengths: readonly number[],
  budget: number,
): readonly MicroBatch[] {
  const microBatches: MicroBatch[] = [];
  let waiting: number[] = [];
  let next = 0;
  while (next < order.length || waiting.length > 0) {
    const arrived = order.slice(next, next + windowSequences - waiting.length);
    next += arrived.length;
    const { taken, left } = takeFitting([...waiting, ...arrived], lengths, budget);
    microBatches.push(taken);
    waiting = left;
  }
  return microBatches;
}

function takeFitting(waiting: readonly number[], lengths: readonly number[], budget: number) {
  const taken: number[] = [];
  const left: number[] = [];
  let room = budget;
  for (const index of waiting) {
    const length = lengths[index] ?? 0;
    if (taken.length > 0 && length > room) {
      left.push(index);
      continue;
    }
    taken.push(index);
    room -= length;
  }
  return { taken, left };
}

/** How full micro-batches are. */
export interface PackingFigures {
  readonly microBatches: number;
  /** Tokens that a micro-batch may have. */
  readonly budget: number;
  /** Tokens over budget of all micro-batches, 0 to 1; one with a sequence longer than the budget counts as full. */
  readonly efficiency: number;
}

/** Measures a plan's micro-batches. */
export function measurePacking(
  microBatches: Iterable<MicroBatch>,
  lengths: readonly number[],
  budget: number,
): PackingFigures {
  const meter = new PackingMeter(budget);
  meter.add(microBatches, lengths);
  return meter.figures;
}

/** Measures micro-batches as they are planned. */
export class PackingMeter {
  readonly #budget: number;
  #count = 0;
  #tokens = 0;
  #room = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  add(microBatches: Iterable<MicroBatch>, lengths: readonly number[]): void {
    for (const indices of microBatches) {
      const filled = indices.reduce((sum, index) => sum + (lengths[index] ?? 0), 0);
      this.#count += 1;
      this.#tokens += filled;
      this.#room += Math.max(filled, this.#budget);
    }
  }

  get figures(): PackingFigures {
    const efficiency = this.#room === 0 ? 1 : this.#tokens / this.#room;
    return { microBatches: this.#count, budget: this.#budget, efficiency };
  }
}
