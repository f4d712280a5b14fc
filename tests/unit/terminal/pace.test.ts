import { describe, expect, test } from "@jest/globals";
import { clock, TrainingPace } from "../../../sdk/src/terminal/pace.js";
import type { StepEndEvent } from "../../../sdk/src/training/run-event.js";

function step(number: number, tokens: number, seconds: number): StepEndEvent {
  const rest = {
    loss: 1,
    learningRate: 1,
    gradientNorm: 1,
    trainedTokens: tokens,
    peakMemoryBytes: 0,
    cachedPrefixTokens: 0,
    baseDivergence: 0,
    joules: undefined,
    unixSeconds: 0,
  };
  return { type: "step-end", sequence: number, step: number, tokens, seconds, ...rest };
}

describe("TrainingPace", () => {
  test("counts tokens over seconds, and time left by the mean step", () => {
    const pace = new TrainingPace();
    pace.add(step(1, 100, 1));
    pace.add(step(2, 300, 3));
    expect(pace.tokensPerSecond).toBe(100);
    expect(pace.secondsLeft(5)).toBe(10);
  });

  test("forgets all but the last ten steps", () => {
    const pace = new TrainingPace();
    pace.add(step(1, 1, 1000));
    for (let number = 2; number <= 11; number++) pace.add(step(number, 50, 1));
    expect(pace.tokensPerSecond).toBe(50);
    expect(pace.secondsLeft(2)).toBe(2);
  });
});

test.each([
  [7, "0:07"],
  [760, "12:40"],
  [3723, "1:02:03"],
  [59.6, "1:00"],
  [-1, "0:00"],
])("clock(%p) is %s", (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});
