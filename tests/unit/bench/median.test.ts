import { expect, test } from "@jest/globals";
import { benchLine, median } from "../../bench/median.js";

test("the median of odd and even numbers of values, whatever their order", () => {
  expect(median([3])).toBe(3);
  expect(median([10, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 4])).toBe(3);
});

test("a bench's line has each figure's median and range, and the versions", () => {
  const line = benchLine("data", { ratio: [0.9, 0.5, 0.70004], mb: [100, 300, 200] }, { node: "v20" });
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    bench: "data",
    rounds: 3,
    figures: { ratio: 0.7, mb: 200 },
    spread: { ratio: [0.5, 0.9], mb: [100, 300] },
    versions: { node: "v20" },
  });
});
