import { describe, expect, test } from "@jest/globals";
import { isFullStep, type Step } from "../../../sdk/src/training/batch-plan.js";
import { GrowingPlan, type GrowingPlanInputs } from "../../../sdk/src/training/growing-plan.js";

const partSizes = [101, 1, 64, 37];
const exampleCount = partSizes.reduce((sum, size) => sum + size, 0);
const lengthOf = (example: number) => 5 + ((example * 37) % 60);

/** All steps by parts, the last entry being what is planned after the last part. */
function planOf(inputs: GrowingPlanInputs): { parts: (readonly Step[])[]; plan: GrowingPlan } {
  const plan = new GrowingPlan(inputs);
  let first = 0;
  const parts = partSizes.map((size) => {
    const lengths = Array.from({ length: size }, (_, index) => lengthOf(first + index));
    first += size;
    return plan.addPart(lengths);
  });
  return { parts: [...parts, plan.finish()], plan };
}

const sizes: [string, GrowingPlanInputs][] = [
  ["by examples", { stepSize: { examples: 8 }, maxMicroBatchTokens: 100, seed: 3, maxSteps: 78 }],
  ["by tokens", { stepSize: { tokens: 300 }, maxMicroBatchTokens: 100, seed: 3, maxSteps: 1000 }],
  [
    "grouped by length",
    { stepSize: { examples: 8 }, maxMicroBatchTokens: 100, groupByLength: true, seed: 3, maxSteps: 78 },
  ],
];

describe.each(sizes)("GrowingPlan %s", (_, inputs) => {
  test("has every example once in every epoch", () => {
    const order = planOf(inputs).parts.flat(3);
    const epochs = Math.floor(order.length / exampleCount);
    expect(epochs).toBeGreaterThanOrEqual(3);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const seen = order.slice(epoch * exampleCount, (epoch + 1) * exampleCount);
      expect(new Set(seen).size).toBe(exampleCount);
    }
  });

  test("gives a part only examples that have come, in full steps", () => {
    let known = 0;
    const { parts } = planOf(inputs);
    for (const [index, size] of partSizes.entries()) {
      known += size;
      const steps = parts[index] ?? [];
      expect(Math.max(-1, ...steps.flat(2))).toBeLessThan(known);
      expect(steps.every((step) => isFullStep(step, inputs))).toBe(true);
    }
    expect(parts[0]?.length).toBeGreaterThan(0);
    expect(parts[1]?.flat(2).length).toBeLessThan(20);
  });

  test("keeps to the budget of tokens, and is shuffled, alike for the same seed and otherwise for another", () => {
    const { parts } = planOf(inputs);
    for (const microBatch of parts.flat(2)) {
      expect(microBatch.reduce((sum, example) => sum + lengthOf(example), 0)).toBeLessThanOrEqual(100);
    }
    const order = parts.flat(3);
    expect(order.slice(0, 100)).not.toEqual(order.slice(0, 100).toSorted((left, right) => left - right));
    expect(planOf(inputs).parts).toEqual(parts);
    expect(planOf({ ...inputs, seed: 4 }).parts).not.toEqual(parts);
  });

  test("ends at maxSteps, and tells how full its micro-batches are", () => {
    const { parts, plan } = planOf(inputs);
    expect(parts.flat()).toHaveLength(inputs.maxSteps);
    expect(plan.isComplete).toBe(true);
    expect(plan.packing.microBatches).toBe(parts.flat(2).length);
    const tokens = parts.flat(3).reduce((sum, example) => sum + lengthOf(example), 0);
    expect(plan.packing.efficiency).toBeCloseTo(tokens / (plan.packing.microBatches * plan.packing.budget), 10);
  });
});

test("a plan that ends within the first part is complete then", () => {
  const { parts, plan } = planOf({ stepSize: { examples: 8 }, maxMicroBatchTokens: 100, seed: 1, maxSteps: 5 });
  expect(parts.map((steps) => steps.length)).toEqual([5, 0, 0, 0, 0]);
  expect(plan.packing.microBatches).toBe(parts.flat(2).length);
});

test("a step larger than a part waits for the parts that fill it", () => {
  const { parts } = planOf({ stepSize: { examples: 150 }, maxMicroBatchTokens: 100, seed: 1, maxSteps: 3 });
  expect(parts.map((steps) => steps.map((step) => step.flat().length))).toEqual([[], [], [150], [], [53, 150]]);
});
