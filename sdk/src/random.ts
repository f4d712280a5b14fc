/** The SDK's one source of random numbers: seeded, so that everything drawn can be drawn again. */

/** A stream of random numbers; two streams of the same seed are the same. */
export interface Random {
  /** A double in [0, 1) with 53 random bits. */
  uniform(): number;
  /** An integer in [0, bound), each equally likely. `bound` is a whole number from 1 to 2^32. */
  below(bound: number): number;
}

const wordRange = 2 ** 32;
const warmUpDraws = 12;

/**
 * Starts a stream from a seed: a whole number from 0 to 2^53 - 1.
 *
 * The generator is sfc32 of Chris Doty-Humphrey's PractRand 0.94, seeded as there: 96 bits of state and a 32-bit
 * counter, period at least 2^32 (about 2^127 on average). It is not for secrets.
 */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`createRandom: found seed ${seed}, wanted a whole number from 0 to 2^53 - 1`);
  }
  const word = sfc32(seed >>> 0, Math.floor(seed / wordRange));
  return { uniform: () => uniform(word), below: (bound) => below(word, bound) };
}

function sfc32(seedLow: number, seedHigh: number): () => number {
  let a = 0;
  let b = seedLow | 0;
  let c = seedHigh | 0;
  let counter = 1;
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let draw = 0; draw < warmUpDraws; draw++) next();
  return next;
}

function uniform(word: () => number): number {
  const high = word() >>> 5;
  const low = word() >>> 6;
  return (high * 2 ** 26 + low) / 2 ** 53;
}

function below(word: () => number, bound: number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > wordRange) {
    throw new RangeError(`Random.below: found bound ${bound}, wanted a whole number from 1 to 2^32`);
  }
  // Draws from the last, incomplete multiple of the bound are thrown away: a plain remainder favours small numbers.
  for (;;) {
    const drawn = word();
    const result = drawn % bound;
    if (drawn - result <= wordRange - bound) return result;
  }
}
