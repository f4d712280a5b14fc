import { describe, expect, test } from "@jest/globals";
import {
  bootstrapMeanInterval95,
  bootstrapRatioInterval95,
} from "../../../../sdk/src/evaluation/statistics/bootstrap.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

describe("bootstrapRatioInterval95", () => {
  test.each(statisticsFixtures.bootstrap)("equals numpy's percentiles of the same draws (case %#)", (fixture) => {
    const [low, high] = bootstrapRatioInterval95(fixture.numerators, fixture.denominators);
    expect(low).toBeCloseTo(fixture.sameDraws[0], 10);
    expect(high).toBeCloseTo(fixture.sameDraws[1], 10);
  });

  test.each(statisticsFixtures.bootstrap)(
    "agrees with scipy's bootstrap up to the noise of drawing (case %#)",
    (fixture) => {
      const [low, high] = bootstrapRatioInterval95(fixture.numerators, fixture.denominators);
      const tolerance = 0.05 * (fixture.scipy[1] - fixture.scipy[0]);
      expect(Math.abs(low - fixture.scipy[0])).toBeLessThan(tolerance);
      expect(Math.abs(high - fixture.scipy[1])).toBeLessThan(tolerance);
    },
  );
});

test("bootstrapMeanInterval95 is the ratio with one item a cluster", () => {
  const values = [1, 0, 0, -1, 1, 1];
  expect(bootstrapMeanInterval95(values)).toEqual(bootstrapRatioInterval95(values, [1, 1, 1, 1, 1, 1]));
});
