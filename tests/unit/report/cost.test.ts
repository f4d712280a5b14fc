import { expect, test } from "@jest/globals";
import { speedWords, trainingCost } from "../../../sdk/src/report/cost.js";
import { sampleReport } from "../../support/sample-report.js";

test("sums tokens and seconds and takes the highest memory", () => {
  const [first] = sampleReport().steps;
  if (first === undefined) throw new Error("the sample report has no steps");
  const steps = [
    { ...first, tokens: 100, trainedTokens: 40, seconds: 1, peakMemoryBytes: 5, joules: 1200 },
    { ...first, tokens: 300, trainedTokens: 60, seconds: 3, peakMemoryBytes: 3, joules: 600 },
  ];
  expect(trainingCost(steps)).toEqual({
    steps: 2,
    tokens: 400,
    trainedTokens: 100,
    seconds: 4,
    tokensPerSecond: 100,
    peakMemoryBytes: 5,
    joules: 1800,
  });
});

test("energy that was not counted in every step is not told at all", () => {
  const { steps } = sampleReport();
  const counted = steps.map((step) => ({ ...step, joules: 36 }));
  const told = (cost = trainingCost(counted)) => (cost === undefined ? undefined : speedWords(cost));
  expect(told()).toMatch(/peak memory 3\.0\sGB, energy 1\sWh$/);
  expect(told(trainingCost([...counted, ...steps.slice(0, 1)]))).toMatch(/peak memory 3\.0\sGB$/);
});

test("a run without steps has no cost", () => {
  expect(trainingCost([])).toBeUndefined();
});
