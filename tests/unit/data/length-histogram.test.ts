import { describe, expect, test } from "@jest/globals";
import { describeHistogram, lengthHistogram } from "../../../sdk/src/data/length-histogram.js";

describe("lengthHistogram", () => {
  test("counts in buckets that double and never overlap", () => {
    const histogram = lengthHistogram([1, 64, 65, 128, 129, 600]);
    expect(histogram).toEqual([
      { from: 1, to: 64, examples: 2 },
      { from: 65, to: 128, examples: 2 },
      { from: 129, to: 256, examples: 1 },
      { from: 257, to: 512, examples: 0 },
      { from: 513, to: 1024, examples: 1 },
    ]);
    expect(describeHistogram(histogram.slice(0, 2))).toBe("rows by tokens: 1-64: 2, 65-128: 2");
  });

  test("of nothing is empty", () => {
    expect(lengthHistogram([])).toEqual([]);
  });
});
