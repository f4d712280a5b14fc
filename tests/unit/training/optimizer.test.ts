import { describe, expect, test } from "@jest/globals";
import { OptionsError } from "../../../sdk/src/errors.js";
import { type OptimizerInputs, resolveOptimizer } from "../../../sdk/src/training/optimizer.js";

function inputsOf(warmup: OptimizerInputs["warmup"]): OptimizerInputs {
  return {
    learningRate: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    maxGradientNorm: 1,
    schedule: "cosine",
    finalLearningRateShare: 0.1,
    warmup,
    decayShare: 0,
    eightBit: false,
  };
}

describe("resolveOptimizer", () => {
  test.each([
    [{ share: 0.05 }, 100, 5],
    [{ share: 0.05 }, 19, 0],
    [{ share: 0 }, 10, 0],
    [{ steps: 9 }, 10, 9],
  ])("settles %j of %d steps at %d", (warmup, stepCount, warmupSteps) => {
    const { warmup: _, decayShare: __, ...others } = inputsOf(warmup);
    expect(resolveOptimizer(inputsOf(warmup), stepCount)).toEqual({ ...others, warmupSteps, decaySteps: 0 });
  });

  test("refuses a warm-up that would take the whole run", () => {
    const resolve = () => resolveOptimizer(inputsOf({ steps: 10 }), 10);
    expect(resolve).toThrow(OptionsError);
    expect(resolve).toThrow(/warmupSteps 10 in a run of 10 steps/);
  });
});
