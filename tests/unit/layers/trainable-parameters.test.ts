import { describe, expect, test } from "@jest/globals";
import { resolveLayerPlan } from "../../../sdk/src/layers/resolve.js";
import { blocks, midBlock } from "../../../sdk/src/layers/strategies.js";
import { expectedTrainableNames, trainableParameters } from "../../../sdk/src/layers/trainable-parameters.js";
import { fullWeights, lora, type MethodChoice, resolveMethod } from "../../../sdk/src/training/methods.js";
import { cardOf } from "./card.js";

function countOf(choice: MethodChoice, blockCount = 30): number {
  const card = cardOf(blockCount);
  return trainableParameters(resolveLayerPlan(midBlock(), card, choice), resolveMethod(choice, card), card);
}

describe("trainableParameters", () => {
  test("is rank times the widths of each map, over the blocks", () => {
    const attention = 576 + 576 + (576 + 192) * 2 + 576 + 576;
    const mlp = (576 + 1536) * 3;
    expect(countOf(lora({ rank: 16, targets: "attention" }))).toBe(18 * 16 * attention);
    expect(countOf(lora({ rank: 16 }))).toBe(18 * 16 * (attention + mlp));
  });

  test("has one number a row more with DoRA", () => {
    const rows = 576 + 192 + 192 + 576 + 1536 + 1536 + 576;
    expect(countOf(lora({ weightDecomposed: true })) - countOf(lora())).toBe(18 * rows);
  });

  test("is all of the blocks with full weights", () => {
    expect(countOf(fullWeights())).toBe(18 * 3_540_096);
  });

  test("counts a map only in the blocks that have it", () => {
    const card = cardOf(4, {
      blockLinears: [
        { name: "attn.q", part: "attention", inFeatures: 10, outFeatures: 10, blocks: [] },
        { name: "mlp.up", part: "mlp", inFeatures: 10, outFeatures: 30, blocks: [1] },
        { name: "mlp.up", part: "mlp", inFeatures: 10, outFeatures: 50, blocks: [2] },
      ],
    });
    const method = resolveMethod(lora({ rank: 1 }), card);
    const plan = resolveLayerPlan(blocks([0, 1, 2]), card, lora({ rank: 1 }));
    expect(method).toMatchObject({ targets: ["attn.q", "mlp.up"] });
    expect(trainableParameters(plan, method, card)).toBe(3 * 20 + 40 + 60);
    expect(expectedTrainableNames(plan, method, card, "model.layers")).toEqual([
      "model.layers.0.attn.q.lora_A",
      "model.layers.0.attn.q.lora_B",
      "model.layers.1.attn.q.lora_A",
      "model.layers.1.attn.q.lora_B",
      "model.layers.1.mlp.up.lora_A",
      "model.layers.1.mlp.up.lora_B",
      "model.layers.2.attn.q.lora_A",
      "model.layers.2.attn.q.lora_B",
      "model.layers.2.mlp.up.lora_A",
      "model.layers.2.mlp.up.lora_B",
    ]);
  });
});

test("norms come on top of adapters, and are in full weights anyway", () => {
  const card = cardOf(6);
  const count = (choice: MethodChoice, trainNorms: boolean) =>
    trainableParameters(resolveLayerPlan(blocks([2, 4]), card, choice), resolveMethod(choice, card), card, trainNorms);
  expect(count(lora(), true) - count(lora(), false)).toBe(2 * 2 * 576);
  expect(count(fullWeights(), true)).toBe(count(fullWeights(), false));
});

test("norms are counted in the blocks that have them", () => {
  const card = cardOf(6, { blockNorms: [{ name: "norm.weight", size: 10, blocks: [4, 5] }] });
  const plan = resolveLayerPlan(blocks([2, 4]), card, lora());
  const method = resolveMethod(lora(), card);
  expect(trainableParameters(plan, method, card, true) - trainableParameters(plan, method, card)).toBe(10);
  expect(expectedTrainableNames(plan, method, card, "model.layers", true)).toContain("model.layers.4.norm.weight");
  expect(expectedTrainableNames(plan, method, card, "model.layers", true)).not.toContain("model.layers.2.norm.weight");
});
