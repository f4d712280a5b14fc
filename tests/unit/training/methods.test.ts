import { describe, expect, test } from "@jest/globals";
import { OptionsError } from "../../../sdk/src/errors.js";
import { fullWeights, lora, resolveMethod } from "../../../sdk/src/training/methods.js";
import { cardOf } from "../layers/card.js";

const card = cardOf(6);
const attention = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
const mlp = ["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

describe("lora", () => {
  test("fills its defaults", () => {
    expect(lora()).toEqual({
      kind: "lora",
      rank: 16,
      scale: 2,
      targets: "all-linear",
      dropout: 0,
      rankStabilized: false,
      weightDecomposed: false,
    });
  });

  test("has a budget in place of the rank", () => {
    expect(lora({ rankBudget: 64 })).not.toHaveProperty("rank");
    expect(lora({ rankBudget: 64 })).toHaveProperty("rankBudget", 64);
  });
});

describe("resolveMethod", () => {
  test.each([
    ["all-linear" as const, [...attention, ...mlp]],
    ["attention" as const, attention],
    ["mlp" as const, mlp],
  ])("turns %s into names", (targets, names) => {
    expect(resolveMethod(lora({ targets }), card)).toMatchObject({ kind: "lora", targets: names });
  });

  test("takes names in the model's order, each once", () => {
    const targets = ["mlp.up_proj", "self_attn.q_proj", "mlp.up_proj"];
    expect(resolveMethod(lora({ targets }), card)).toMatchObject({ targets: ["self_attn.q_proj", "mlp.up_proj"] });
  });

  test("passes the other settings on and leaves ranks to the plan", () => {
    const choice = lora({ rank: 4, scale: 1, dropout: 0.1, rankStabilized: true, weightDecomposed: true });
    const { rank: _, ...settings } = choice;
    expect(resolveMethod(choice, card)).toEqual({ ...settings, targets: [...attention, ...mlp] });
    expect(resolveMethod(fullWeights(), card)).toEqual({ kind: "full-weights" });
  });

  test("refuses full weights of a quantised base, and says what to do", () => {
    const quantized = cardOf(6, { quantization: "nf4" });
    expect(resolveMethod(lora(), quantized)).toMatchObject({ kind: "lora" });
    expect(() => resolveMethod(fullWeights(), quantized)).toThrow(OptionsError);
    expect(() => resolveMethod(fullWeights(), quantized)).toThrow(/lora\(\).*quantization "none"/);
  });

  test("reports every unknown target, and what there is", () => {
    const resolve = () => resolveMethod(lora({ targets: ["q_proj", "mlp.up_proj", "fc1"] }), card);
    expect(resolve).toThrow(OptionsError);
    expect(resolve).toThrow(
      expect.objectContaining({
        faults: [expect.objectContaining({ found: '"q_proj"' }), expect.objectContaining({ found: '"fc1"' })],
      }),
    );
    expect(resolve).toThrow(/self_attn\.q_proj, self_attn\.k_proj/);
  });

  test("refuses a part that the model does not have", () => {
    const attentionOnly = cardOf(6, { blockLinears: card.blockLinears.slice(0, 4) });
    expect(() => resolveMethod(lora({ targets: "mlp" }), attentionOnly)).toThrow(OptionsError);
  });
});
