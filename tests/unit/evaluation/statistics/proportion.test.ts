import { describe, expect, test } from "@jest/globals";
import { pairedDifferenceInterval95, wilsonInterval95 } from "../../../../sdk/src/evaluation/statistics/proportion.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.proportions)(
  "Wilson's interval of $successes of $total equals statsmodels'",
  (fixture) => {
    const [low, high] = wilsonInterval95(fixture.successes, fixture.total);
    expect(low).toBeCloseTo(fixture.low, 12);
    expect(high).toBeCloseTo(fixture.high, 12);
  },
);

describe("pairedDifferenceInterval95", () => {
  test.each(statisticsFixtures.pairedDifferences)("equals another implementation for $counts", (fixture) => {
    const [low, high] = pairedDifferenceInterval95(fixture.counts);
    expect(low).toBeCloseTo(fixture.low, 12);
    expect(high).toBeCloseTo(fixture.high, 12);
  });

  test.each(statisticsFixtures.uncorrelatedDifferences)(
    "equals statsmodels' from 0 to $rightAfter of $total",
    (fixture) => {
      const { rightAfter, total } = fixture;
      const counts = { both: 0, onlyAfter: rightAfter, onlyBefore: 0, neither: total - rightAfter };
      const [low, high] = pairedDifferenceInterval95(counts);
      expect(low).toBeCloseTo(fixture.low, 12);
      expect(high).toBeCloseTo(fixture.high, 12);
    },
  );

  test("equals the published examples", () => {
    // Newcombe 1998: 0.0569 to 0.3404. Fagerland, Lydersen and Laake 2014, airway data: -0.507 to -0.026.
    const newcombe = pairedDifferenceInterval95({ both: 36, onlyAfter: 12, onlyBefore: 2, neither: 0 });
    expect(newcombe.map((bound) => bound.toFixed(4))).toEqual(["0.0569", "0.3404"]);
    const airway = pairedDifferenceInterval95({ both: 1, onlyAfter: 1, onlyBefore: 7, neither: 12 });
    expect(airway.map((bound) => bound.toFixed(3))).toEqual(["-0.507", "-0.026"]);
  });
});
