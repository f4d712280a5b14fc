/** Holds examples in little memory: 4 bytes a token, where plain lists of ids and weights take 16. */
import type { Datum, Source } from "./datum.js";

const blockTokens = 2 ** 18;

/** Examples in order, to be appended to; each is made anew when it is asked for. */
export class DatumList implements Iterable<Datum> {
  /** Token ids; an example never spans two blocks. The last block is being filled. */
  readonly #blocks: Uint32Array[] = [];
  #filled = 0;
  #tokens = 0;
  readonly #places: { readonly block: number; readonly start: number }[] = [];
  /** Weights of each example as runs of one weight: weight, count, weight, count, ... */
  readonly #weightRuns: (readonly number[])[] = [];
  readonly #lengths: number[] = [];
  readonly #sources: Source[] = [];

  /** Number of examples. */
  get length(): number {
    return this.#lengths.length;
  }

  /** Tokens of all examples. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Tokens of each example. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  add({ tokenIds, lossWeights, source }: Datum): void {
    const block = this.#blockFor(tokenIds.length);
    block.set(tokenIds, this.#filled);
    this.#places.push({ block: this.#blocks.length - 1, start: this.#filled });
    this.#filled += tokenIds.length;
    this.#tokens += tokenIds.length;
    this.#weightRuns.push(runsOf(lossWeights));
    this.#lengths.push(tokenIds.length);
    this.#sources.push(source);
  }

  /** The example of an index from 0. */
  at(index: number): Datum | undefined {
    const place = this.#places[index];
    const source = this.#sources[index];
    const block = place && this.#blocks[place.block];
    if (place === undefined || source === undefined || block === undefined) return undefined;
    const tokenIds = Array.from(block.subarray(place.start, place.start + (this.#lengths[index] ?? 0)));
    return { tokenIds, lossWeights: weightsOf(this.#weightRuns[index] ?? [], tokenIds.length), source };
  }

  /** The first examples, at most `count`. */
  first(count: number): readonly Datum[] {
    const datums: Datum[] = [];
    for (const datum of this) {
      if (datums.length >= count) break;
      datums.push(datum);
    }
    return datums;
  }

  *[Symbol.iterator](): Iterator<Datum> {
    for (let index = 0; index < this.length; index++) {
      const datum = this.at(index);
      if (datum !== undefined) yield datum;
    }
  }

  #blockFor(tokens: number): Uint32Array {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#filled + tokens <= last.length) return last;
    const block = new Uint32Array(Math.max(blockTokens, tokens));
    this.#blocks.push(block);
    this.#filled = 0;
    return block;
  }
}

function runsOf(weights: readonly number[]): readonly number[] {
  const runs: number[] = [];
  let start = 0;
  for (let end = 1; end <= weights.length; end++) {
    if (weights[end] === weights[start] && end < weights.length) continue;
    runs.push(weights[start] ?? 0, end - start);
    start = end;
  }
  return runs;
}

function weightsOf(runs: readonly number[], length: number): readonly number[] {
  const weights = new Array<number>(length).fill(0);
  let start = 0;
  for (let run = 0; run < runs.length; run += 2) {
    const end = start + (runs[run + 1] ?? 0);
    weights.fill(runs[run] ?? 0, start, end);
    start = end;
  }
  return weights;
}
