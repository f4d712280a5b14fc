import { expect, test } from "@jest/globals";
import { trainingCost } from "../../../sdk/src/report/cost.js";
import { sampleReport } from "../../support/sample-report.js";

test("sums tokens and seconds and takes the highest memory", () => {
  const [first] = sampleReport().steps;
  if (first === undefined) throw new Error("the sample report has no steps");
  const steps = [
    { ...first, tokens: 100, trainedTokens: 40, seconds: 1, peakMemoryBytes: 5 },
    { ...first, tokens: 300, trainedTokens: 60, seconds: 3, peakMemoryBytes: 3 },
  ];
  expect(trainingCost(steps)).toEqual({
    steps: 2,
    tokens: 400,
    trainedTokens: 100,
    seconds: 4,
    tokensPerSecond: 100,
    peakMemoryBytes: 5,
  });
});

test("a run without steps has no cost", () => {
  expect(trainingCost([])).toBeUndefined();
});
