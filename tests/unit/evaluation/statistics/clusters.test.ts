import { expect, test } from "@jest/globals";
import { clusteredStandardError } from "../../../../sdk/src/evaluation/statistics/clusters.js";
import { standardErrorOfMean } from "../../../../sdk/src/evaluation/statistics/mean.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.clustered)("equals statsmodels' for clusters $clusters", (fixture) => {
  const { values, clusters, standardError } = fixture;
  const weights = values.map(() => 1);
  expect(clusteredStandardError({ values, weights }, clusters)).toBeCloseTo(standardError, 12);
});

test("clusters of one are no clusters, and one cluster tells nothing", () => {
  const items = { values: [0.1, 0.9, 0.4], weights: [1, 1, 1] };
  const plain = standardErrorOfMean(items.values) ?? Number.NaN;
  expect(clusteredStandardError(items, ["a", "b", "c"])).toBeCloseTo(plain, 12);
  expect(clusteredStandardError(items, ["a", "a", "a"])).toBeUndefined();
});
