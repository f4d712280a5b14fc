import { expect, test } from "@jest/globals";
import { BestStep } from "../../../sdk/src/evaluation/best-step.js";

function followed(values: readonly number[], rule: Partial<ConstructorParameters<typeof BestStep>[0]> = {}) {
  const best = new BestStep({ goal: "higher", minimumGain: 0, patience: 2, ...rule });
  const over = values.map((value, index) => {
    best.add({ step: 10 * (index + 1), value });
    return best.isOver;
  });
  return { best: best.best, latestGain: best.latestGain, over };
}

test("the best is the highest, and it is over after so many figures without a gain", () => {
  expect(followed([0.1, 0.5, 0.4, 0.45])).toEqual({
    best: { step: 20, value: 0.5 },
    latestGain: { step: 20, value: 0.5 },
    over: [false, false, false, true],
  });
});

test("of equal figures the first is the best, and the others are no gain", () => {
  expect(followed([0.5, 0.5, 0.5])).toMatchObject({ best: { step: 10 }, over: [false, false, true] });
});

test("a gain begins the count anew", () => {
  expect(followed([0.1, 0.1, 0.2, 0.2, 0.2]).over).toEqual([false, false, false, false, true]);
});

test("with goal lower the lowest is the best", () => {
  expect(followed([3, 2, 4, 5], { goal: "lower" })).toMatchObject({
    best: { step: 20, value: 2 },
    over: [false, false, false, true],
  });
});

test("a gain below the least one makes a best, but no patience; several small ones add up", () => {
  const { best, over } = followed([0.5, 0.504, 0.508], { minimumGain: 0.01 });
  expect(best).toEqual({ step: 30, value: 0.508 });
  expect(over).toEqual([false, false, true]);
  expect(followed([0.5, 0.506, 0.512, 0.515], { minimumGain: 0.01 }).latestGain).toEqual({ step: 30, value: 0.512 });
});

test("without patience it is never over", () => {
  expect(followed(Array(20).fill(1), { patience: undefined }).over).not.toContain(true);
});
