/** Holds examples in little memory: 4 bytes a token, where plain lists of ids and weights take 16, and no object an example. */
import type { Datum } from "./datum.js";
import { NumberList } from "./number-list.js";
import { SourceList } from "./source-list.js";
import { WeightRuns } from "./weight-runs.js";

const blockTokens = 2 ** 18;

/** Examples in order, to be appended to; each is made anew when it is asked for. */
export class DatumList implements Iterable<Datum> {
  /** Token ids; an example never spans two blocks. The last block is being filled. */
  readonly #blocks: Uint32Array[] = [];
  #filled = 0;
  #tokens = 0;
  /** For each example its block, and where it begins there. */
  readonly #blockOf = new NumberList("uint32");
  readonly #starts = new NumberList("uint32");
  readonly #weights = new WeightRuns();
  readonly #lengths: number[] = [];
  readonly #sources = new SourceList();

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
    this.#blockOf.push(this.#blocks.length - 1);
    this.#starts.push(this.#filled);
    this.#filled += tokenIds.length;
    this.#tokens += tokenIds.length;
    this.#weights.add(lossWeights);
    this.#lengths.push(tokenIds.length);
    this.#sources.add(source);
  }

  /** The example of an index from 0. */
  at(index: number): Datum | undefined {
    const block = this.#blocks[this.#blockOf.at(index) ?? -1];
    const start = this.#starts.at(index);
    const source = this.#sources.at(index);
    if (block === undefined || start === undefined || source === undefined) return undefined;
    const tokenIds = Array.from(block.subarray(start, start + (this.#lengths[index] ?? 0)));
    return { tokenIds, lossWeights: this.#weights.at(index), source };
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
