import { expect, test } from "@jest/globals";
import { holmAdjusted } from "../../../../sdk/src/evaluation/statistics/holm.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.holm)("Holm's adjustment of $pValues equals statsmodels'", ({ pValues, adjusted }) => {
  const found = holmAdjusted(pValues);
  expect(found).toHaveLength(adjusted.length);
  for (const [index, pValue] of adjusted.entries()) expect(found[index]).toBeCloseTo(pValue, 12);
});

test("no tests have no p-values", () => {
  expect(holmAdjusted([])).toEqual([]);
});
