import { describe, expect, test } from "@jest/globals";
import { closestName } from "../../../sdk/src/config/closest-name.js";

const known = ["learningRate", "epochs", "maxSteps", "seed"];

describe("closestName", () => {
  test.each([
    ["learningrate", "learningRate"],
    ["learnigRate", "learningRate"],
    ["epoch", "epochs"],
    ["max_steps", "maxSteps"],
    ["sede", "seed"],
    ["seeds", "seed"],
    ["temperature", undefined],
    ["", undefined],
  ])("of %j is %j", (written, meant) => {
    expect(closestName(written, known)).toBe(meant);
  });

  test("of nothing known is nothing", () => {
    expect(closestName("seed", [])).toBeUndefined();
  });
});
