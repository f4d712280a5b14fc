import { describe, expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import { correctForTasks } from "../../../sdk/src/evaluation/verdict.js";
import { makeResult } from "../../support/make-result.js";

/** Of 40 items `gained` turn right in the headline, 20 in a second metric. */
function gain(gained: number) {
  const bits = (ones: number) => Array.from({ length: 40 }, (_, index) => (index < ones ? 1 : 0));
  const before = makeResult({ right: bits(0), other: bits(0) });
  return compareResults(before, makeResult({ right: bits(gained), other: bits(20) }));
}

describe("correctForTasks", () => {
  test("one task keeps its p and its verdict", () => {
    const alone = gain(6);
    expect(alone.verdict).toBe("better");
    expect(alone.adjustedPValue).toBeCloseTo(2 / 64, 12);
    expect(correctForTasks([alone])).toEqual([alone]);
  });

  test("what one task alone would show can be noise among three", () => {
    const [six, none, twelve] = correctForTasks([gain(6), gain(0), gain(12)]);
    expect(six?.adjustedPValue).toBeCloseTo((2 * 2) / 64, 12);
    expect(six).toMatchObject({
      verdict: "no-difference-shown",
      metrics: {
        right: { pValue: expect.closeTo(2 / 64, 12), verdict: "no-difference-shown" },
        other: { verdict: "better" },
      },
    });
    expect(none).toMatchObject({ verdict: "no-difference-shown", adjustedPValue: 1 });
    expect(twelve?.adjustedPValue).toBeCloseTo((3 * 2) / 2 ** 12, 12);
    expect(twelve?.verdict).toBe("better");
  });
});
