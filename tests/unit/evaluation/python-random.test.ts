import { expect, test } from "@jest/globals";
import { PythonRandom } from "../../../sdk/src/evaluation/python-random.js";

// From CPython 3.11: random.Random(seed).sample(range(length), count), called again and again.
test.each([
  {
    seed: 1234,
    length: 7473,
    count: 5,
    draws: [
      [6374, 3610, 957, 61, 742],
      [7462, 6610, 4769, 286, 5501],
      [5677, 687, 806, 6279, 2905],
    ],
  },
  {
    seed: 0,
    length: 20,
    count: 5,
    draws: [
      [12, 13, 1, 8, 15],
      [12, 9, 15, 11, 6],
    ],
  },
  {
    seed: 4294967295,
    length: 100,
    count: 8,
    draws: [
      [81, 79, 26, 27, 77, 66, 37, 43],
      [48, 86, 88, 35, 45, 63, 52, 8],
    ],
  },
  { seed: 42, length: 85, count: 8, draws: [[81, 14, 3, 35, 31, 28, 17, 13]] },
  { seed: 42, length: 86, count: 8, draws: [[81, 14, 3, 35, 31, 28, 17, 13]] },
  {
    seed: 7,
    length: 3,
    count: 3,
    draws: [
      [1, 0, 2],
      [2, 0, 1],
      [2, 0, 1],
      [2, 0, 1],
      [0, 2, 1],
      [1, 0, 2],
      [0, 1, 2],
    ],
  },
])("draws what Python draws: seed $seed, $count of $length", ({ seed, length, count, draws }) => {
  const random = new PythonRandom(seed);
  expect(draws.map(() => random.sample(length, count))).toEqual(draws);
});

test("goes on as Python does after the state is used up", () => {
  const random = new PythonRandom(5);
  for (let call = 0; call < 399; call++) random.sample(1000, 5);
  expect(random.sample(1000, 5)).toEqual([863, 279, 123, 414, 772]);
});

test("refuses what Python would seed otherwise, and more than there is", () => {
  expect(() => new PythonRandom(-1)).toThrow(RangeError);
  expect(() => new PythonRandom(2 ** 32)).toThrow(RangeError);
  expect(() => new PythonRandom(1).sample(3, 4)).toThrow(RangeError);
});
