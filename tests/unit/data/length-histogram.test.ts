import { describe, expect, test } from "@jest/globals";
import { describeHistogram, LengthHistogram } from "../../../sdk/src/data/length-histogram.js";

function histogramOf(lengths: readonly number[]): LengthHistogram {
  const histogram = new LengthHistogram();
  for (const length of lengths) histogram.add(length);
  return histogram;
}

describe("LengthHistogram", () => {
  test("counts in buckets that double and never overlap", () => {
    const { buckets } = histogramOf([1, 64, 65, 128, 129, 600]);
    expect(buckets).toEqual([
      { from: 1, to: 64, examples: 2 },
      { from: 65, to: 128, examples: 2 },
      { from: 129, to: 256, examples: 1 },
      { from: 257, to: 512, examples: 0 },
      { from: 513, to: 1024, examples: 1 },
    ]);
    expect(describeHistogram(buckets.slice(0, 2))).toBe("rows by tokens: 1-64: 2, 65-128: 2");
  });

  test("of nothing is empty", () => {
    expect(histogramOf([])).toMatchObject({ buckets: [], count: 0, longest: 0 });
  });

  test("puts every length around each edge where it belongs", () => {
    for (let edge = 64; edge <= 2 ** 30; edge *= 2) {
      const { buckets, count, total, longest } = histogramOf([edge - 1, edge, edge + 1]);
      const holding = buckets.flatMap(({ from, to, examples }) => (examples > 0 ? [[from, to, examples]] : []));
      expect(holding).toEqual([
        [edge === 64 ? 1 : edge / 2 + 1, edge, 2],
        [edge + 1, edge * 2, 1],
      ]);
      expect([count, total, longest]).toEqual([3, 3 * edge, edge + 1]);
    }
  });
});
