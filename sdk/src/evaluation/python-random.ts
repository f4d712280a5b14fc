/**
 * Python's random.Random, as far as reference evaluations draw their few-shot examples with it: the same seed gives the
 * same examples as there.
 */

const stateWords = 624;
const shiftWords = 397;
const upperBit = 0x80000000;
const lowerBits = 0x7fffffff;

/** The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded and read as CPython's `random` does it. */
export class PythonRandom {
  readonly #state = new Uint32Array(stateWords);
  #next = stateWords;

  /** `seed` is a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new RangeError(`PythonRandom: found seed ${seed}, wanted a whole number from 0 to 2^32 - 1`);
    }
    this.#seedByArray([seed]);
  }

  /** `count` different indices below `length`, as `random.sample(range(length), count)` gives them. */
  sample(length: number, count: number): number[] {
    if (count > length) throw new RangeError(`PythonRandom.sample: found ${count} of ${length}`);
    // CPython chooses between two ways by the size they would take; they draw different examples.
    const setSize = count > 5 ? 21 + 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 21;
    return length <= setSize ? this.#sampleFromPool(length, count) : this.#sampleBySet(length, count);
  }

  #sampleFromPool(length: number, count: number): number[] {
    const pool = Array.from({ length }, (_, index) => index);
    return Array.from({ length: count }, (_, drawn) => {
      const place = this.#below(length - drawn);
      const picked = pool[place] ?? 0;
      pool[place] = pool[length - drawn - 1] ?? 0;
      return picked;
    });
  }

  #sampleBySet(length: number, count: number): number[] {
    const selected = new Set<number>();
    while (selected.size < count) selected.add(this.#below(length));
    return [...selected];
  }

  #below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    for (;;) {
      const drawn = this.#word() >>> (32 - bits);
      if (drawn < bound) return drawn;
    }
  }

  #word(): number {
    if (this.#next >= stateWords) this.#regenerate();
    let word = this.#state[this.#next] ?? 0;
    this.#next += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  #regenerate(): void {
    const state = this.#state;
    const at = (index: number) => state[index % stateWords] ?? 0;
    for (let index = 0; index < stateWords; index++) {
      const mixed = (at(index) & upperBit) | (at(index + 1) & lowerBits);
      state[index] = at(index + shiftWords) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }

  #seedByNumber(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let index = 1; index < stateWords; index++) {
      const before = state[index - 1] ?? 0;
      state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index;
    }
  }

  #seedByArray(key: readonly number[]): void {
    this.#seedByNumber(19650218);
    const state = this.#state;
    let index = 1;
    const mix = (multiplier: number, add: number) => {
      const before = state[index - 1] ?? 0;
      state[index] = ((state[index] ?? 0) ^ Math.imul(before ^ (before >>> 30), multiplier)) + add;
      index += 1;
      if (index >= stateWords) {
        state[0] = state[stateWords - 1] ?? 0;
        index = 1;
      }
    };
    for (let round = 0; round < Math.max(stateWords, key.length); round++) {
      const place = round % key.length;
      mix(1664525, (key[place] ?? 0) + place);
    }
    for (let round = 0; round < stateWords - 1; round++) mix(1566083941, -index);
    state[0] = upperBit;
  }
}
