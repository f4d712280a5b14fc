import { expect, test } from "@jest/globals";
import { permutationPValue } from "../../../../sdk/src/evaluation/statistics/permutation.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

const named = statisticsFixtures.permutation.map((fixture) => ({ ...fixture, n: fixture.differences.length }));

test.each(named)("p of $n differences is $pValue", ({ differences, pValue, scipy }) => {
  expect(permutationPValue(differences)).toBeCloseTo(pValue, 12);
  expect(permutationPValue(differences.map((difference) => -difference))).toBeCloseTo(pValue, 12);
  // scipy draws other signs: four standard errors of 10,000 draws.
  if (scipy !== undefined) expect(Math.abs(pValue - scipy)).toBeLessThan(4 * Math.sqrt(0.25 / 10_000));
});

test("differences of 0 change nothing", () => {
  expect(permutationPValue([0.3, 0, 0.2, 0.1, 0, 0, 0.4, 0.2, 0.3])).toBe(2 / 64);
  expect(permutationPValue([0, 0])).toBe(1);
});
