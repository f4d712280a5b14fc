import { describe, expect, test } from "@jest/globals";
import {
  describeSchedule,
  gradualUnfreezing,
  resolvePhases,
  sampledBlocks,
} from "../../../sdk/src/layers/layer-schedule.js";
import { resolveLayerPlan } from "../../../sdk/src/layers/resolve.js";
import { blocks, midBlock } from "../../../sdk/src/layers/strategies.js";
import { lora } from "../../../sdk/src/training/methods.js";
import { cardOf } from "./card.js";

const middle = resolveLayerPlan(midBlock(), cardOf(30), lora());
const planned = middle.blocks.map(({ index }) => index);

describe("sampledBlocks", () => {
  test("draws so many planned blocks for each stretch, ascending, each once", () => {
    const drawn = resolvePhases(sampledBlocks({ count: 4, everySteps: 20 }), middle, 95, 0);
    expect(drawn.map(({ fromStep }) => fromStep)).toEqual([0, 20, 40, 60, 80]);
    for (const { blockIndices } of drawn) {
      expect(blockIndices).toHaveLength(4);
      expect([...new Set(blockIndices)].sort((left, right) => left - right)).toEqual(blockIndices);
      expect(planned).toEqual(expect.arrayContaining([...blockIndices]));
    }
  });

  test("is decided by the seed, and differs between stretches and seeds", () => {
    const draw = (seed: number) => resolvePhases(sampledBlocks({ count: 4, everySteps: 5 }), middle, 50, seed);
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(new Set(draw(3).map(({ blockIndices }) => blockIndices.join())).size).toBeGreaterThan(5);
  });

  test("draws every block about equally often", () => {
    const counts = new Map<number, number>();
    for (const { blockIndices } of resolvePhases(sampledBlocks({ count: 6, everySteps: 1 }), middle, 3000, 0)) {
      for (const index of blockIndices) counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    // 1000 are expected; 26 is the standard deviation of a binomial with a chance of a third.
    for (const index of planned) expect(Math.abs((counts.get(index) ?? 0) - 1000)).toBeLessThan(5 * 26);
  });

  test("can't draw more blocks than are planned", () => {
    const plan = resolveLayerPlan(blocks([2, 5]), cardOf(8), lora());
    expect(() => resolvePhases(sampledBlocks({ count: 3, everySteps: 1 }), plan, 5, 0)).toThrow(/at most 2/);
  });
});

describe("gradualUnfreezing", () => {
  const plan = resolveLayerPlan(blocks([2, 5, 6]), cardOf(8), lora());

  test("begins at the top and adds a block at a time until all learn", () => {
    expect(resolvePhases(gradualUnfreezing({ everySteps: 10 }), plan, 100, 0)).toEqual([
      { fromStep: 0, blockIndices: [6] },
      { fromStep: 10, blockIndices: [5, 6] },
      { fromStep: 20, blockIndices: [2, 5, 6] },
    ]);
  });

  test("from the bottom, and no further than the run goes", () => {
    expect(resolvePhases(gradualUnfreezing({ everySteps: 10, from: "bottom" }), plan, 15, 0)).toEqual([
      { fromStep: 0, blockIndices: [2] },
      { fromStep: 10, blockIndices: [2, 5] },
    ]);
  });
});

test("without a schedule there are no phases", () => {
  expect(resolvePhases(undefined, middle, 100, 0)).toEqual([]);
});

test("schedules are told in words", () => {
  expect(describeSchedule(sampledBlocks({ count: 2, everySteps: 1 }))).toBe(
    "2 of these blocks learn, drawn anew every step",
  );
  expect(describeSchedule(gradualUnfreezing({ everySteps: 20 }))).toBe(
    "one more of these blocks learns every 20 steps, from the top",
  );
});
