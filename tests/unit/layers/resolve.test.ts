import { describe, expect, test } from "@jest/globals";
import { LayerPlanError } from "../../../sdk/src/errors.js";
import { resolveLayerPlan } from "../../../sdk/src/layers/resolve.js";
import {
  allBlocks,
  blocks,
  byScore,
  firstBlocks,
  type LayerStrategy,
  lastBlocks,
  midBlock,
  type PublishedMask,
  publishedMask,
  publishedMasks,
  segments,
} from "../../../sdk/src/layers/strategies.js";
import { fullWeights, lora, type MethodChoice } from "../../../sdk/src/training/methods.js";
import { cardOf } from "./card.js";

function indicesOf(strategy: LayerStrategy, blockCount: number, method: MethodChoice = lora()): readonly number[] {
  return resolveLayerPlan(strategy, cardOf(blockCount), method).blocks.map(({ index }) => index);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

function faultsOf(strategy: LayerStrategy, blockCount: number, method: MethodChoice = lora()) {
  try {
    resolveLayerPlan(strategy, cardOf(blockCount), method);
  } catch (error) {
    if (error instanceof LayerPlanError) return error.faults;
    throw error;
  }
  throw new Error("the plan was accepted");
}

describe("midBlock", () => {
  test.each([
    [16, 3, 11],
    [22, 4, 16],
    [24, 4, 18],
    [28, 5, 21],
    [30, 6, 23],
    [32, 6, 24],
    [36, 7, 27],
    [40, 8, 31],
    [48, 9, 37],
    [64, 12, 50],
  ])("of %d blocks is the published %d to %d", (blockCount, first, last) => {
    expect(indicesOf(midBlock(), blockCount)).toEqual(range(first, last));
  });

  test("rounds as whole-number arithmetic does for every depth up to 400", () => {
    for (let blockCount = 2; blockCount <= 400; blockCount++) {
      const first = Math.floor(blockCount / 5);
      const last = Math.floor((4 * blockCount) / 5) - 1;
      expect(indicesOf(midBlock(), blockCount)).toEqual(range(first, last));
    }
  });

  test("is not misled by the last bits of a product", () => {
    expect(0.29 * 100).toBeLessThan(29);
    expect(indicesOf(midBlock({ from: 0.29, to: 0.58 }), 100)).toEqual(range(29, 57));
  });

  test("takes the whole depth", () => {
    expect(indicesOf(midBlock({ from: 0, to: 1 }), 7)).toEqual(range(0, 6));
  });

  test.each([
    [{ from: 0.5, to: 0.5 }, "range"],
    [{ from: 0.8, to: 0.2 }, "range"],
    [{ from: -0.1, to: 0.2 }, "range"],
    [{ from: 0, to: 1.1 }, "range"],
    [{ from: Number.NaN, to: 0.5 }, "range"],
    [{ from: 0.1, to: 0.11 }, "empty_plan"],
  ])("refuses %j of 6 blocks", (share, check) => {
    expect(faultsOf(midBlock(share), 6)).toEqual([expect.objectContaining({ check })]);
  });

  test("refuses a model so shallow that nothing is in its middle", () => {
    expect(faultsOf(midBlock(), 1)).toEqual([expect.objectContaining({ check: "empty_plan" })]);
  });
});

describe("counted and listed blocks", () => {
  test("are taken from the ends", () => {
    expect(indicesOf(allBlocks(), 3)).toEqual([0, 1, 2]);
    expect(indicesOf(firstBlocks(2), 5)).toEqual([0, 1]);
    expect(indicesOf(lastBlocks(2), 5)).toEqual([3, 4]);
  });

  test("are put in order", () => {
    expect(indicesOf(blocks([4, 0, 2]), 5)).toEqual([0, 2, 4]);
  });

  test.each([[0], [6], [1.5], [-1], [1e12]])("refuse %d of 5 blocks", (count) => {
    expect(faultsOf(firstBlocks(count), 5)).toHaveLength(1);
    expect(faultsOf(lastBlocks(count), 5)).toHaveLength(1);
  });

  test("report every bad index at once, with its place", () => {
    const faults = faultsOf(blocks([5, 1, -1, 1, 0.5]), 5);
    expect(faults.map(({ where, check }) => [where, check])).toEqual([
      ["layers.indices[0]", "unknown_block"],
      ["layers.indices[2]", "unknown_block"],
      ["layers.indices[3]", "duplicate_block"],
      ["layers.indices[4]", "unknown_block"],
    ]);
  });

  test("refuse an empty list", () => {
    expect(faultsOf(blocks([]), 5)).toEqual([expect.objectContaining({ check: "empty_plan" })]);
  });
});

describe("segments", () => {
  test("of the mask 01110 are the mid-block at every published depth", () => {
    for (const blockCount of [16, 22, 24, 28, 30, 32, 36, 40, 48, 64]) {
      expect(indicesOf(segments([0, 8, 8, 8, 0]), blockCount)).toEqual(indicesOf(midBlock(), blockCount));
    }
  });

  test("of 32 blocks start at 0, 6, 12, 19 and 25, each with its rank", () => {
    const plan = resolveLayerPlan(segments([1, 2, 3, 4, 5]), cardOf(32), lora());
    const firstOfRank = [1, 2, 3, 4, 5].map((rank) => plan.blocks.find((block) => block.rank === rank)?.index);
    expect(firstOfRank).toEqual([0, 6, 12, 19, 25]);
    expect(plan.blocks).toHaveLength(32);
  });

  test("are 0 or 1 with full weights", () => {
    expect(indicesOf(segments([0, 1]), 4, fullWeights())).toEqual([2, 3]);
    expect(faultsOf(segments([0, 16]), 4, fullWeights())).toEqual([expect.objectContaining({ check: "segment_rank" })]);
  });

  test.each([
    [[0, 0], "empty_plan"],
    [[], "empty_plan"],
    [[0, -1], "segment_rank"],
    [[0, 1.5], "segment_rank"],
    [[8, 8, 8, 8, 8], "empty_segment"],
  ])("refuse ranks %j for 4 blocks", (ranks, check) => {
    expect(faultsOf(segments(ranks), 4)).toEqual([expect.objectContaining({ check })]);
  });

  test("can't share a rank budget", () => {
    expect(faultsOf(segments([0, 8]), 4, lora({ rankBudget: 64 }))).toEqual([
      expect.objectContaining({ check: "rank_budget_with_segments" }),
    ]);
  });
});

describe("byScore", () => {
  test("keeps the highest, ties to the lower index", () => {
    const values = [1, 5, 3, 5, 3, 3];
    expect(indicesOf(byScore({ name: "drift", values }, { keep: 3 }), 6)).toEqual([1, 2, 3]);
    expect(indicesOf(byScore({ name: "drift", values }, { keep: 1 }), 6)).toEqual([1]);
  });

  test("reports a wrong count of scores, one that is no number, and a wrong keep together", () => {
    const faults = faultsOf(byScore({ name: "drift", values: [1, Number.NaN] }, { keep: 9 }), 3);
    expect(faults.map(({ where }) => where)).toEqual([
      "layers.scores.values[1]",
      "layers.scores.values",
      "layers.keep",
    ]);
  });
});

describe("ranks", () => {
  test.each([
    ["1B", 16, 1024, midBlock(), 113, 9],
    ["7B", 32, 2048, midBlock(), 107, 19],
    ["13B", 40, 2560, midBlock(), 106, 24],
    ["32B", 64, 512, midBlock(), 13, 39],
    ["1B, one fifth", 16, 1024, blocks([3, 4, 5]), 341, 3],
    ["1B, top fifth", 16, 1024, lastBlocks(4), 256, 4],
    ["7B, one fifth of 6", 32, 2048, firstBlocks(6), 341, 6],
    ["7B, one fifth of 7", 32, 2048, lastBlocks(7), 292, 7],
    ["7B, two fifths", 32, 2048, firstBlocks(13), 157, 13],
    ["13B, one fifth", 40, 2560, firstBlocks(8), 320, 8],
    ["13B, two fifths", 40, 2560, firstBlocks(16), 160, 16],
    ["32B, two fifths", 64, 512, firstBlocks(26), 19, 26],
  ])("under the published budget: %s", (_, blockCount, rankBudget, strategy, rank, count) => {
    const plan = resolveLayerPlan(strategy, cardOf(blockCount), lora({ rankBudget }));
    expect(plan.blocks).toHaveLength(count);
    expect(new Set(plan.blocks.map((block) => block.rank))).toEqual(new Set([rank]));
  });

  test("are the method's without a budget, and absent with full weights", () => {
    expect(resolveLayerPlan(lastBlocks(1), cardOf(4), lora({ rank: 3 })).blocks).toEqual([
      { index: 3, train: "lora", rank: 3 },
    ]);
    expect(resolveLayerPlan(lastBlocks(1), cardOf(4), fullWeights()).blocks).toEqual([{ index: 3, train: "full" }]);
  });

  test("never fall below 1", () => {
    expect(faultsOf(allBlocks(), 10, lora({ rankBudget: 9 }))).toEqual([
      expect.objectContaining({ check: "rank_budget_too_small", found: "9", wanted: "10 or more" }),
    ]);
  });
});

describe("a plan", () => {
  test("says which rule chose which blocks", () => {
    expect(resolveLayerPlan(midBlock(), cardOf(30), lora()).why).toBe(
      "depth 20 % to 80 % (rounded down): blocks 6-23 of 30",
    );
    expect(resolveLayerPlan(blocks([1, 2, 5]), cardOf(6), lora({ rankBudget: 10 })).why).toBe(
      "listed: blocks 1-2, 5 of 6, rank 3 = floor(10 / 3)",
    );
  });

  test("survives JSON, as do strategies", () => {
    const strategy = byScore({ name: "x", values: [1, 2] }, { keep: 1 });
    expect(JSON.parse(JSON.stringify(strategy))).toEqual(strategy);
    const plan = resolveLayerPlan(strategy, cardOf(2), lora());
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test("that fails names the model and what it has", () => {
    const resolve = () => resolveLayerPlan(firstBlocks(9), cardOf(6), lora());
    expect(resolve).toThrow(expect.objectContaining({ code: "invalid-layer-plan" }));
    expect(resolve).toThrow(/first-blocks.*test-model/);
    expect(resolve).toThrow(/blocks 0 to 5/);
  });
});

describe("publishedMask", () => {
  test("01110 is the mid-block at every depth", () => {
    for (let blockCount = 5; blockCount <= 100; blockCount++) {
      expect(indicesOf(publishedMask("01110"), blockCount)).toEqual(indicesOf(midBlock(), blockCount));
    }
  });

  test.each([
    ["01000", 32, 6, 11],
    ["01100", 16, 3, 8],
    ["00110", 40, 16, 31],
    ["10000", 64, 0, 11],
    ["00001", 32, 25, 31],
  ] as const)("%s of %d blocks is %d to %d", (mask, blockCount, first, last) => {
    expect(indicesOf(publishedMask(mask), blockCount)).toEqual(range(first, last));
  });

  test("has the published ranks under the published budgets", () => {
    const rankOf = (mask: PublishedMask, blockCount: number, rankBudget: number) =>
      resolveLayerPlan(publishedMask(mask), cardOf(blockCount), lora({ rankBudget })).blocks[0]?.rank;
    expect([rankOf("01110", 16, 1024), rankOf("01110", 32, 2048), rankOf("01000", 32, 2048)]).toEqual([113, 107, 341]);
    expect([rankOf("01110", 40, 2560), rankOf("00110", 40, 2560), rankOf("01110", 64, 512)]).toEqual([106, 160, 13]);
  });

  test("trains full weights too, and the one and two fifths make up all blocks", () => {
    const fifths = publishedMasks.filter((mask) => mask.replaceAll("0", "") === "1");
    const blocksOf = (mask: PublishedMask) => indicesOf(publishedMask(mask), 22, fullWeights());
    expect(fifths.flatMap(blocksOf).sort((left, right) => left - right)).toEqual(range(0, 21));
    expect(resolveLayerPlan(publishedMask("01100"), cardOf(20), lora()).why).toBe(
      "published mask 01100: blocks 4-11 of 20",
    );
  });

  test("needs a block in each fifth", () => {
    const fault = { where: "layers.mask", problem: "the segment holds no block: 5 segments of 4 blocks" };
    expect(faultsOf(publishedMask("10000"), 4)).toEqual([expect.objectContaining(fault)]);
  });
});
