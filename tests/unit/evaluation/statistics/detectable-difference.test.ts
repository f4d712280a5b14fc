import { expect, test } from "@jest/globals";
import { detectableDifference } from "../../../../sdk/src/evaluation/statistics/detectable-difference.js";
import { exactMcNemarPValue } from "../../../../sdk/src/evaluation/statistics/mcnemar.js";
import { statisticsFixtures } from "../../../support/statistics-fixtures.js";

test.each(statisticsFixtures.detectable)("of $items items, $flipped flipped, equals scipy's", (fixture) => {
  expect(detectableDifference(fixture.items, fixture.flipped)).toBeCloseTo(fixture.difference, 7);
});

test("fewer than six items can show nothing", () => {
  expect(detectableDifference(5, 0)).toBeUndefined();
  expect(detectableDifference(5, 5)).toBeUndefined();
});

test("thousands of items are handled", () => {
  // The normal approximation is close for so many.
  const normal = (1.96 + 0.8416) * Math.sqrt(0.2 / 10_000);
  expect((detectableDifference(10_000, 2000) ?? Number.NaN) / normal).toBeCloseTo(1, 1);
});

test("what is called significant is what McNemar's test calls so", () => {
  // All 50 items turn: the power of a difference d is then that of the test of 50 flips, known from its p-values alone.
  const rejected = (improved: number) => exactMcNemarPValue(improved, 50 - improved) < 0.05;
  const found = detectableDifference(50, 50) ?? Number.NaN;
  expect(binomialShare(50, (1 + found) / 2, rejected)).toBeCloseTo(0.8, 6);
});

function binomialShare(trials: number, share: number, counts: (successes: number) => boolean): number {
  let [mass, total] = [(1 - share) ** trials, 0];
  for (let successes = 0; successes <= trials; successes++) {
    if (counts(successes)) total += mass;
    mass *= ((trials - successes) / (successes + 1)) * (share / (1 - share));
  }
  return total;
}
