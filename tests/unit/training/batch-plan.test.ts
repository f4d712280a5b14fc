import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../../sdk/src/random.js";
import { type BatchPlanInputs, microBatchBudget, planBatches } from "../../../sdk/src/training/batch-plan.js";

const random = createRandom(7);

function inputsOf(changes: Partial<BatchPlanInputs> = {}): BatchPlanInputs {
  return {
    lengths: [30, 10, 20, 50, 40],
    epochs: 1,
    stepSize: { examples: 2 },
    maxMicroBatchTokens: 60,
    seed: 0,
    maxSteps: undefined,
    ...changes,
  };
}

/** Inputs of every kind: few and many examples, short and over-long ones, budgets of all sizes. */
function drawnInputs() {
  const lengths = Array.from({ length: 1 + random.below(60) }, () => 1 + random.below(400));
  return {
    lengths,
    epochs: 1 + random.below(4),
    stepSize: { examples: 1 + random.below(12) },
    groupByLength: random.below(2) === 1,
    maxMicroBatchTokens: 1 + random.below(800),
    seed: random.below(1000),
  };
}

describe("planBatches", () => {
  test("uses every example exactly once an epoch, in steps of batchSize and a smaller last one", () => {
    for (let trial = 0; trial < 200; trial++) {
      const inputs = drawnInputs();
      const { steps } = planBatches(inputs);
      const stepsAnEpoch = Math.ceil(inputs.lengths.length / inputs.stepSize.examples);
      expect(steps).toHaveLength(stepsAnEpoch * inputs.epochs);
      for (let epoch = 0; epoch < inputs.epochs; epoch++) {
        const ofEpoch = steps.slice(epoch * stepsAnEpoch, (epoch + 1) * stepsAnEpoch).map((step) => step.flat());
        const sorted = ofEpoch.flat().sort((left, right) => left - right);
        expect(sorted).toEqual(inputs.lengths.map((_, index) => index));
        const smaller = ofEpoch.filter((step) => step.length !== inputs.stepSize.examples);
        expect(smaller.length).toBeLessThanOrEqual(1);
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

  test("packs a step evenly", () => {
    const { steps } = planBatches(inputsOf({ stepSize: { examples: 5 } }));
    expect(steps).toEqual([[[3], [4, 1], [0, 2]]]);
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
    const { steps } = planBatches(inputsOf({ lengths, epochs: 2, stepSize: { examples: 1 } }));
    expect(steps.slice(0, 40)).not.toEqual(steps.slice(40));
  });

  test("keeps the order that was planned once: a run started today resumes with the same plan tomorrow", () => {
    const { steps } = planBatches(
      inputsOf({ lengths: [1, 1, 1, 1, 1, 1], stepSize: { examples: 1 }, epochs: 2, seed: 42 }),
    );
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

describe("planBatches by tokens", () => {
  const lengths = Array.from({ length: 3000 }, () => 60 + random.below(200) + random.below(200));
  const byTokens = (changes: Partial<BatchPlanInputs> = {}) =>
    inputsOf({ lengths, stepSize: { tokens: 5000 }, maxMicroBatchTokens: 2048, ...changes });
  const lengthOf = (index: number) => lengths[index] ?? 0;
  const tokensOf = (indices: readonly number[]) => indices.reduce((sum, index) => sum + lengthOf(index), 0);

  test("uses every example exactly once an epoch, within the tokens of a step and of a micro-batch", () => {
    const inputs = byTokens({ epochs: 2 });
    const { steps } = planBatches(inputs);
    expect(microBatchBudget(inputs)).toBe(1666);
    for (const step of steps) {
      expect(step.length).toBeLessThanOrEqual(3);
      for (const microBatch of step) expect(tokensOf(microBatch)).toBeLessThanOrEqual(1666);
    }
    const epochs = [steps.slice(0, steps.length / 2), steps.slice(steps.length / 2)];
    for (const epoch of epochs) {
      expect(epoch.flat(2).sort((left, right) => left - right)).toEqual(lengths.map((_, index) => index));
    }
    expect(epochs[0]?.flat(2)).not.toEqual(epochs[1]?.flat(2));
  });

  test("fills micro-batches to more than 97 %", () => {
    const inputs = byTokens();
    const microBatches = planBatches(inputs).steps.flat();
    const efficiency = tokensOf(microBatches.flat()) / (microBatches.length * microBatchBudget(inputs));
    expect(efficiency).toBeGreaterThan(0.97);
  });

  test("is the same for the same seed, and another for another", () => {
    expect(planBatches(byTokens())).toEqual(planBatches(byTokens()));
    expect(planBatches(byTokens({ seed: 1 }))).not.toEqual(planBatches(byTokens()));
  });

  test("keeps lengths and places in no relation: short examples come no earlier than long ones", () => {
    const places = planBatches(byTokens()).steps.flat(2).map(lengthOf);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const quarters = [0, 1, 2, 3].map((quarter) => mean(places.slice(quarter * 750, (quarter + 1) * 750)));
    // The mean of 750 lengths has a standard error of 3 tokens.
    for (const quarter of quarters) expect(Math.abs(quarter - mean(lengths))).toBeLessThan(15);
  });

  test("lets an example that is longer than the budget go alone", () => {
    const { steps } = planBatches(inputsOf({ lengths: [10, 90, 10], stepSize: { tokens: 50 } }));
    expect(steps.flat().filter((microBatch) => microBatch.includes(1))).toEqual([[1]]);
  });

  test("groups examples of like length where it is asked to, at random places", () => {
    const spread = (microBatch: readonly number[]) =>
      Math.max(...microBatch.map(lengthOf)) - Math.min(...microBatch.map(lengthOf));
    const spreadsOf = (groupByLength: boolean) =>
      planBatches(byTokens({ groupByLength }))
        .steps.flat()
        .map(spread)
        .sort((left, right) => left - right);
    const median = (values: readonly number[]) => values[Math.floor(values.length / 2)] ?? 0;
    expect(median(spreadsOf(true))).toBeLessThan(median(spreadsOf(false)) / 2);
  });
});
