import { describe, expect, test } from "@jest/globals";
import { RunError } from "../../../sdk/src/errors.js";
import { resolveLayerPlan } from "../../../sdk/src/layers/resolve.js";
import { midBlock } from "../../../sdk/src/layers/strategies.js";
import { checkTrainable } from "../../../sdk/src/layers/trainable-check.js";
import { expectedTrainableNames } from "../../../sdk/src/layers/trainable-parameters.js";
import { fullWeights, lora, type MethodChoice, resolveMethod } from "../../../sdk/src/training/methods.js";
import { cardOf } from "./card.js";

const card = cardOf(10);

function situation(choice: MethodChoice) {
  const method = resolveMethod(choice, card);
  const plan = resolveLayerPlan(midBlock(), card, choice);
  const names = expectedTrainableNames(plan, method, card, "model.layers");
  const check = (changed: readonly string[]) => () => checkTrainable(changed, plan, method, card);
  return { names, check };
}

describe.each([
  ["LoRA", lora()],
  ["DoRA", lora({ weightDecomposed: true, targets: "mlp" })],
])("checkTrainable with %s", (_, choice) => {
  const { names, check } = situation(choice);

  test("accepts exactly the planned names, in any order and with PEFT's endings", () => {
    expect(check(names)).not.toThrow();
    expect(check(names.toReversed())).not.toThrow();
    expect(check(names.map((name) => `base_model.model.${name}.default.weight`))).not.toThrow();
  });

  test("lists a missing name", () => {
    const without = names.filter((name) => name !== "model.layers.4.mlp.up_proj.lora_B");
    expect(without).toHaveLength(names.length - 1);
    expect(check(without)).toThrow(RunError);
    expect(check(without)).toThrow(/4\.mlp\.up_proj\.lora_B: is in the plan/);
  });

  test.each([
    ["a block outside the plan", "model.layers.0.mlp.up_proj.lora_A"],
    ["another list of blocks", "vision.layers.4.mlp.up_proj.lora_A"],
    ["another map", "model.layers.4.mlp.router.lora_A"],
    ["the base weight of a map", "model.layers.4.mlp.up_proj.weight"],
    ["a name without a block", "model.embed_tokens.weight"],
  ])("lists %s as unexpected", (__, name) => {
    expect(check([...names, name])).toThrow(expect.objectContaining({ code: "trainable-mismatch" }));
    expect(check([...names, name])).toThrow(`${name}: is not in the plan`);
  });

  test("refuses an empty list", () => {
    expect(check([])).toThrow(new RegExp(`${names.length} missing, 0 unexpected`));
  });
});

describe("checkTrainable with full weights", () => {
  const { names, check } = situation(fullWeights());
  const norms = [2, 3, 4, 5, 6, 7].map((index) => `model.layers.${index}.input_layernorm.weight`);

  test("accepts the blocks' maps with whatever else the blocks hold", () => {
    expect(check([...names, ...norms])).not.toThrow();
  });

  test("refuses a block too few and a block too many", () => {
    expect(check(names.filter((name) => !name.includes(".7.")))).toThrow(/7\.mlp\.down_proj\.weight: is in the plan/);
    expect(check([...names, "model.layers.8.input_layernorm.weight"])).toThrow(/layers\.8.*not in the plan/);
    expect(check([...names, "lm_head.weight"])).toThrow(/lm_head\.weight: is not in the plan/);
  });

  test("reads the first number of a name as the block, also in GPT-2 and with experts", () => {
    expect(check([...names, "model.layers.3.mlp.experts.9.w1.weight"])).not.toThrow();
    expect(check(names.map((name) => name.replace("model.layers", "transformer.h")))).not.toThrow();
  });
});

test("norms that are trained are expected, and refused where they are not", () => {
  const card = cardOf(6);
  const method = resolveMethod(lora(), card);
  const plan = resolveLayerPlan(midBlock(), card, lora());
  const names = expectedTrainableNames(plan, method, card, "model.layers", true);
  expect(names.filter((name) => name.includes("layernorm"))).toHaveLength(2 * plan.blocks.length);
  expect(() => checkTrainable(names, plan, method, card, true)).not.toThrow();
  expect(() => checkTrainable(names, plan, method, card)).toThrow(RunError);
  const without = expectedTrainableNames(plan, method, card, "model.layers");
  expect(() => checkTrainable(without, plan, method, card, true)).toThrow(RunError);
});
