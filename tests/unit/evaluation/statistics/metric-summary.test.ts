import { expect, test } from "@jest/globals";
import { summariseMetric } from "../../../../sdk/src/evaluation/statistics/metric-summary.js";
import { wilsonInterval95 } from "../../../../sdk/src/evaluation/statistics/proportion.js";
import { type MetricKind, shareOfItems } from "../../../../sdk/src/evaluation/task.js";

const summarise = (values: readonly number[], weights = values.map(() => 1), kind: MetricKind = shareOfItems) =>
  summariseMetric({ values, weights }, kind);

test("values of 0 and 1 get Wilson's interval", () => {
  expect(summarise([0, 1, 1, 0]).interval95).toEqual(wilsonInterval95(2, 4));
});

test("other values get 1.96 standard errors, cut to [0, 1]", () => {
  const summary = summarise([0.5, 1, 1]);
  // s = 0.288675, standard error 0.166667
  expect(summary.standardError).toBeCloseTo(1 / 6, 12);
  expect(summary.interval95?.[0]).toBeCloseTo(5 / 6 - 1.959964 / 6, 6);
  expect(summary.interval95?.[1]).toBe(1);
});

test("one value between 0 and 1 has no interval", () => {
  expect(summarise([0.5])).toEqual({
    kind: shareOfItems,
    mean: 0.5,
    standardError: undefined,
    interval95: undefined,
  });
});

test("weights make a ratio of means, with the standard error of one", () => {
  const summary = summarise([1, 0.5, 0], [1, 2, 3]);
  expect(summary.mean).toBeCloseTo(2 / 6, 12);
  // Residuals w (x - m): 2/3, 1/3, -1; sqrt(3/2 * (4/9 + 1/9 + 1)) / 6.
  expect(summary.standardError).toBeCloseTo(Math.sqrt((3 / 2) * (14 / 9)) / 6, 12);
});

test("equal weights change nothing", () => {
  const plain = summarise([0.2, 0.7, 0.9]);
  const weighted = summarise([0.2, 0.7, 0.9], [2, 2, 2]);
  expect(weighted.mean).toBeCloseTo(plain.mean, 12);
  expect(weighted.standardError).toBeCloseTo(plain.standardError ?? Number.NaN, 12);
});

test("clusters make the standard error theirs, and the interval is no longer Wilson's", () => {
  const values = [1, 1, 0, 0];
  const summary = summariseMetric({ values, weights: [1, 1, 1, 1] }, shareOfItems, ["a", "a", "b", "b"]);
  // Two clusters of means 1 and 0: as for the two items 1 and 0.
  expect(summary).toMatchObject({ mean: 0.5, clusters: 2 });
  expect(summary.standardError).toBeCloseTo(0.5, 12);
  expect(summary.interval95).toEqual([0, 1]);
});

test("nats are cut at 0 alone", () => {
  const { interval95 } = summarise([2, 4, 0.1], undefined, { goal: "lower", unit: "nats" });
  expect(interval95?.[0]).toBe(0);
  expect(interval95?.[1]).toBeGreaterThan(3);
});
