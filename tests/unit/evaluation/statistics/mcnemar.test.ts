import { expect, test } from "@jest/globals";
import { exactMcNemarPValue } from "../../../../sdk/src/evaluation/statistics/mcnemar.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.mcnemar)("McNemar's p of $improved against $worsened equals statsmodels'", (fixture) => {
  const found = exactMcNemarPValue(fixture.improved, fixture.worsened);
  expect(Math.abs(found - fixture.pValue)).toBeLessThanOrEqual(1e-9 * fixture.pValue);
});
