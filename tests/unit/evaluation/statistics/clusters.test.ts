import { expect, test } from "@jest/globals";
import { clusteredStandardError } from "../../../../sdk/src/evaluation/statistics/clusters.js";
import { standardErrorOfMean } from "../../../../sdk/src/evaluation/statistics/mean.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.clustered)("equals statsmodels' for clusters $clusters", (fixture) => {
  expect(clusteredStandardError(fixture.values, fixture.clusters)).toBeCloseTo(fixture.standardError, 12);
});

test("clusters of one are no clusters, and one cluster tells nothing", () => {
  const values = [0.1, 0.9, 0.4];
  expect(clusteredStandardError(values, ["a", "b", "c"])).toBeCloseTo(standardErrorOfMean(values) ?? Number.NaN, 12);
  expect(clusteredStandardError(values, ["a", "a", "a"])).toBeUndefined();
});
