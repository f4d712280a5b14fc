import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../sdk/src/random.js";
import { statisticsFixtures } from "../support/statistics-fixtures.js";

describe("createRandom", () => {
  test.each(statisticsFixtures.random)(
    "draws what another implementation of sfc32 draws from seed $seed",
    (fixture) => {
      const random = createRandom(fixture.seed);
      const bounds = [2, 3, 10, 1000, 2 ** 31 + 1, 2 ** 32];
      expect(bounds.map((bound) => random.below(bound))).toEqual(fixture.below);
      expect(fixture.uniform.map(() => random.uniform())).toEqual(fixture.uniform);
    },
  );

  test.each([-1, 0.5, 2 ** 53, Number.NaN])("refuses seed %p", (seed) => {
    expect(() => createRandom(seed)).toThrow(/wanted a whole number/);
  });

  test.each([0, -3, 1.5, 2 ** 32 + 1, Number.NaN])("refuses bound %p", (bound) => {
    expect(() => createRandom(1).below(bound)).toThrow(/wanted a whole number/);
  });
});
