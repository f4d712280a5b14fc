/** Costs of plans against numbers worked out by hand. */
import { expect, test } from "@jest/globals";
import type { ModelCard } from "../../../sdk/src/layers/model-card.js";
import { comparePlans, countTokens, linearWeights, planCost } from "../../../sdk/src/training/plan-cost.js";

const linear = (name: string, part: "attention" | "mlp", inFeatures: number, outFeatures: number) => ({
  name,
  part,
  inFeatures,
  outFeatures,
  blocks: [],
});

/** Three blocks of 2 x 3 + 3 x 2 + 2 x 5 = 22 weights; attention is 3 wide. */
const card = {
  blockCount: 3,
  hiddenSize: 2,
  vocabularySize: 7,
  parameters: { total: 100, embedding: 14, byBlock: [26, 26, 26], finalNorm: 2, head: 6 },
  blockLinears: [linear("qkv", "attention", 2, 3), linear("o", "attention", 3, 2), linear("up", "mlp", 2, 5)],
  blockNorms: [],
  // What a cost does not depend on is left out.
} satisfies Partial<ModelCard> as unknown as ModelCard;
const lora = {
  kind: "lora",
  targets: ["up"],
  scale: 2,
  dropout: 0,
  rankStabilized: false,
  weightDecomposed: false,
} as const;
const counts = countTokens([4, 2], 3);

test("counts what goes through", () => {
  expect(counts).toEqual({ tokens: 6, trainedTokens: 3, attendedPairs: 4 + 3 + 2 + 1 + 2 + 1 });
});

test("LoRA on the middle block, and uniform LoRA of the same ranks", () => {
  const plan = { blocks: [{ index: 1, train: "lora" as const, rank: 3 }], blockCount: 3, why: "" };
  const products = 2 * 22 * 6; // 264
  const attention = 4 * 3 * 13; // 156
  const head = 4 * 7 * 2 * 3; // 168
  const adapter = 3 * 2 * 3 * (2 + 5) * 6; // 756
  const { plan: ours, uniformLora, fullTuning } = comparePlans(plan, lora, card, counts);
  expect(ours).toEqual({
    trainableParameters: 3 * 7,
    trainingStateBytes: 16 * 21,
    flops: 3 * (products + attention) + 2 * (products + 2 * attention) + adapter + head,
  });
  expect(uniformLora).toEqual({
    trainableParameters: 21,
    trainingStateBytes: 16 * 21,
    flops: 3 * (products + attention) + 3 * (products + 2 * attention) + adapter + head,
  });
  expect(fullTuning).toEqual({
    trainableParameters: 100,
    trainingStateBytes: 1600,
    flops: 3 * (products + attention) + 3 * (products + 2 * attention) + 3 * products + head + 2 * 7 * 2 * 3,
  });
});

test("full weights of the last block", () => {
  const plan = { blocks: [{ index: 2, train: "full" as const }], blockCount: 3, why: "" };
  const { trainableParameters, flops } = planCost(plan, { kind: "full-weights" }, card, counts);
  expect(trainableParameters).toBe(26);
  expect(flops).toBe(3 * (264 + 156) + (264 + 2 * 156) + 264 + 168);
  expect(comparePlans(plan, { kind: "full-weights" }, card, counts).uniformLora).toBeUndefined();
});

test("what can be held in 4 bits is the linear maps of the blocks that have them", () => {
  expect(linearWeights(card)).toBe(3 * 22);
  const inOneBlock = card.blockLinears.map((one) => (one.name === "qkv" ? { ...one, blocks: [1] } : one));
  expect(linearWeights({ ...card, blockLinears: inOneBlock })).toBe(3 * 22 - 2 * 6);
});
