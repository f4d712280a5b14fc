import { expect, test } from "@jest/globals";
import { summariseMetric } from "../../../../sdk/src/evaluation/statistics/metric-summary.js";
import { wilsonInterval95 } from "../../../../sdk/src/evaluation/statistics/proportion.js";

test("values of 0 and 1 get Wilson's interval", () => {
  expect(summariseMetric([0, 1, 1, 0]).interval95).toEqual(wilsonInterval95(2, 4));
});

test("other values get 1.96 standard errors, cut to [0, 1]", () => {
  const summary = summariseMetric([0.5, 1, 1]);
  // s = 0.288675, standard error 0.166667
  expect(summary.standardError).toBeCloseTo(1 / 6, 12);
  expect(summary.interval95?.[0]).toBeCloseTo(5 / 6 - 1.959964 / 6, 6);
  expect(summary.interval95?.[1]).toBe(1);
});

test("one value between 0 and 1 has no interval", () => {
  expect(summariseMetric([0.5])).toEqual({ mean: 0.5, standardError: undefined, interval95: undefined });
});
