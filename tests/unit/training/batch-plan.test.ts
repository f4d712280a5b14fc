import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../../sdk/src/random.js";
import { type BatchPlanInputs, planBatches } from "../../../sdk/src/training/batch-plan.js";

const random = createRandom(7);

function inputsOf(changes: Partial<BatchPlanInputs> = {}): BatchPlanInputs {
  return {
    lengths: [30, 10, 20, 50, 40],
    epochs: 1,
    batchSize: 2,
    maxMicroBatchTokens: 60,
    seed: 0,
    maxSteps: undefined,
    ...changes,
  };
}

/** Inputs of every kind: few and many examples, short and over-long ones, budgets of all sizes. */
function drawnInputs(): Required<BatchPlanInputs> & { readonly epochs: number } {
  const lengths = Array.from({ length: 1 + random.below(60) }, () => 1 + random.below(400));
  return {
    lengths,
    epochs: 1 + random.below(4),
    batchSize: 1 + random.below(12),
    maxMicroBatchTokens: 1 + random.below(800),
    seed: random.below(1000),
    maxSteps: undefined,
  };
}

describe("planBatches", () => {
  test("uses every example exactly once an epoch, in steps of batchSize and a smaller last one", () => {
    for (let trial = 0; trial < 200; trial++) {
      const inputs = drawnInputs();
      const { steps } = planBatches(inputs);
      const stepsAnEpoch = Math.ceil(inputs.lengths.length / inputs.batchSize);
      expect(steps).toHaveLength(stepsAnEpoch * inputs.epochs);
      for (let epoch = 0; epoch < inputs.epochs; epoch++) {
        const ofEpoch = steps.slice(epoch * stepsAnEpoch, (epoch + 1) * stepsAnEpoch).map((step) => step.flat());
        const sorted = ofEpoch.flat().sort((left, right) => left - right);
        expect(sorted).toEqual(inputs.lengths.map((_, index) => index));
        for (const step of ofEpoch.slice(0, -1)) expect(step).toHaveLength(inputs.batchSize);
      }
    }
  });

  test("keeps micro-batches under the budget, except for an example that is longer by itself", () => {
    for (let trial = 0; trial < 200; trial++) {
      const inputs = drawnInputs();
      for (const microBatch of planBatches(inputs).steps.flat()) {
        const tokens = microBatch.reduce((sum, index) => sum + (inputs.lengths[index] ?? 0), 0);
        if (microBatch.length > 1) expect(tokens).toBeLessThanOrEqual(inputs.maxMicroBatchTokens);
        expect(microBatch.length).toBeGreaterThan(0);
      }
    }
  });

  test("packs by first-fit decreasing", () => {
    const { steps } = planBatches(inputsOf({ batchSize: 5 }));
    expect(steps).toEqual([[[3, 1], [4, 2], [0]]]);
  });

  test("never needs more micro-batches than two half-full ones would allow", () => {
    for (let trial = 0; trial < 100; trial++) {
      const inputs = { ...drawnInputs(), maxMicroBatchTokens: 500 };
      for (const step of planBatches(inputs).steps) {
        const fills = step.map((microBatch) =>
          microBatch.reduce((sum, index) => sum + (inputs.lengths[index] ?? 0), 0),
        );
        expect(fills.filter((tokens) => tokens <= 250).length).toBeLessThanOrEqual(1);
      }
    }
  });

  test("is the same for the same seed, and another for another", () => {
    const lengths = Array.from({ length: 40 }, (_, index) => index + 1);
    const plan = planBatches(inputsOf({ lengths, epochs: 2 }));
    expect(planBatches(inputsOf({ lengths, epochs: 2 }))).toEqual(plan);
    expect(planBatches(inputsOf({ lengths, epochs: 2, seed: 1 }))).not.toEqual(plan);
  });

  test("shuffles every epoch anew", () => {
    const lengths = Array.from({ length: 40 }, () => 1);
    const { steps } = planBatches(inputsOf({ lengths, epochs: 2, batchSize: 1 }));
    expect(steps.slice(0, 40)).not.toEqual(steps.slice(40));
  });

  test("keeps the order that was planned once: a run started today resumes with the same plan tomorrow", () => {
    const { steps } = planBatches(inputsOf({ lengths: [1, 1, 1, 1, 1, 1], batchSize: 1, epochs: 2, seed: 42 }));
    expect(steps.flat(2)).toEqual([4, 1, 0, 3, 2, 5, 5, 4, 2, 0, 3, 1]);
  });

  test("is cut by maxSteps without changing what comes before", () => {
    const whole = planBatches(inputsOf({ epochs: 3 })).steps;
    expect(planBatches(inputsOf({ epochs: 3, maxSteps: 4 })).steps).toEqual(whole.slice(0, 4));
    expect(planBatches(inputsOf({ epochs: undefined, maxSteps: 7 })).steps).toEqual(whole.slice(0, 7));
    expect(planBatches(inputsOf({ epochs: 1, maxSteps: 100 })).steps).toEqual(whole.slice(0, 3));
  });

  test("refuses to plan nothing, or without end", () => {
    expect(() => planBatches(inputsOf({ lengths: [] }))).toThrow(RangeError);
    expect(() => planBatches(inputsOf({ epochs: undefined }))).toThrow(RangeError);
  });
});
