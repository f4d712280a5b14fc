/** Draws examples of general data to stand among those of each epoch. */
import type { Random } from "../random.js";
import { shuffled } from "./shuffle.js";

/** General data and how much of it is mixed in. */
export interface ReplayInputs {
  /** Tokens of each of its examples, in the order of the data set; at least one example. */
  readonly lengths: readonly number[];
  /** Its share of an epoch, above 0 and below 1: of the examples, or of the tokens where steps are counted in tokens. */
  readonly share: number;
}

/** Draws without repetition until all examples were drawn, then from all of them again, in another order. */
export class ReplayDraw {
  readonly #lengths: readonly number[];
  readonly #share: number;
  readonly #byTokens: boolean;
  readonly #random: Random;
  #deck: readonly number[] = [];
  #next = 0;
  #due = 0;

  constructor({ lengths, share }: ReplayInputs, { byTokens, random }: { byTokens: boolean; random: Random }) {
    if (lengths.length === 0 || !(share > 0 && share < 1)) {
      throw new RangeError(`ReplayDraw: found ${lengths.length} examples and share ${share}`);
    }
    this.#lengths = lengths;
    this.#share = share;
    this.#byTokens = byTokens;
    this.#random = random;
  }

  /**
   * Examples for the next epoch, numbered from 0, which has `lengths` of its own. What the share misses by, since
   * examples are whole, is made up for in the epochs after it: it never misses by more than an example.
   */
  draw(lengths: readonly number[]): readonly number[] {
    const amount = this.#byTokens ? lengths.reduce((sum, length) => sum + length, 0) : lengths.length;
    this.#due += (amount * this.#share) / (1 - this.#share);
    const drawn: number[] = [];
    for (;;) {
      const example = this.#top();
      const size = this.#byTokens ? (this.#lengths[example] ?? 0) : 1;
      // Another one would miss the share by more than none does.
      if (this.#due < size / 2) return drawn;
      drawn.push(example);
      this.#due -= size;
      this.#next += 1;
    }
  }

  #top(): number {
    if (this.#next >= this.#deck.length) {
      this.#deck = shuffled(
        this.#lengths.map((_, example) => example),
        this.#random,
      );
      this.#next = 0;
    }
    return this.#deck[this.#next] ?? 0;
  }
}
