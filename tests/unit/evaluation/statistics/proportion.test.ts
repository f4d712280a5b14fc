import { expect, test } from "@jest/globals";
import { wilsonInterval95 } from "../../../../sdk/src/evaluation/statistics/proportion.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.proportions)(
  "Wilson's interval of $successes of $total equals statsmodels'",
  (fixture) => {
    const [low, high] = wilsonInterval95(fixture.successes, fixture.total);
    expect(low).toBeCloseTo(fixture.low, 12);
    expect(high).toBeCloseTo(fixture.high, 12);
  },
);
