import { expect, test } from "@jest/globals";
import { mean, standardErrorOfMean } from "../../../../sdk/src/evaluation/statistics/mean.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.means)("mean and standard error equal scipy's ($mean)", (fixture) => {
  expect(mean(fixture.values)).toBeCloseTo(fixture.mean, 12);
  expect(standardErrorOfMean(fixture.values)).toBeCloseTo(fixture.standardError, 12);
});

test("one value has no standard error", () => {
  expect(standardErrorOfMean([0.5])).toBeUndefined();
});
