import { describe, expect, test } from "@jest/globals";
import { sampledBlocks } from "../../../sdk/src/layers/layer-schedule.js";
import { drawLayerPlan, type PictureOptions } from "../../../sdk/src/layers/picture.js";
import { resolveLayerPlan } from "../../../sdk/src/layers/resolve.js";
import { blocks, type LayerStrategy, midBlock, segments } from "../../../sdk/src/layers/strategies.js";
import { lora, type MethodChoice, resolveMethod } from "../../../sdk/src/training/methods.js";
import { cardOf } from "./card.js";

function draw(strategy: LayerStrategy, blockCount: number, options: Partial<PictureOptions> = {}): string {
  const choice: MethodChoice = lora({ targets: "attention" });
  const card = cardOf(blockCount);
  const plan = resolveLayerPlan(strategy, card, choice);
  return drawLayerPlan(plan, card, { method: resolveMethod(choice, card), colour: false, ...options });
}

const colourCodes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");

describe("drawLayerPlan", () => {
  test("tells the schedule of the blocks and the norms", () => {
    const picture = draw(midBlock(), 30, { schedule: sampledBlocks({ count: 4, everySteps: 20 }), trainNorms: true });
    expect(picture.split("\n").slice(-4)).toEqual([
      "  adapters   q_proj, k_proj, v_proj, o_proj",
      "  schedule   4 of these blocks learn, drawn anew every 20 steps",
      "  norms      trained in these blocks as well",
      "  trainable  1,126,656 of 134,515,008 parameters (0.838 %)",
    ]);
  });

  test("draws the mid-block of 30 blocks", () => {
    expect(draw(midBlock(), 30)).toBe(
      [
        "  test-model: 30 blocks, 18 trained",
        "",
        "            0           6                                   24          30",
        "  embedding ............####################################............ head",
        "            0%          20%                                 80%         100%",
        "",
        "  #  LoRA rank 16    18 blocks 6-23",
        "  .  frozen          12 blocks 0-5, 24-29",
        "",
        "  adapters   q_proj, k_proj, v_proj, o_proj",
        "  trainable  1,105,920 of 134,515,008 parameters (0.822 %)",
      ].join("\n"),
    );
  });

  test("gives each rank a letter, the highest first", () => {
    const picture = draw(segments([0, 64, 113, 64, 0]), 10);
    expect(picture).toContain("......BBBBBBAAAAAABBBBBB......");
    expect(picture).toContain("A  LoRA rank 113    2 blocks 4-5");
    expect(picture).toContain("B  LoRA rank 64     4 blocks 2-3, 6-7");
  });

  test("draws several blocks as one mark where there are more than columns, and says so", () => {
    const picture = draw(midBlock(), 126);
    expect(picture).toContain("one mark is 3 blocks");
    expect(picture).toContain(`${".".repeat(8)}~${"#".repeat(24)}~${".".repeat(8)} head`);
  });

  test.each([1, 6, 30, 62, 63, 64, 100, 126, 400])("stays within its width with %d blocks", (blockCount) => {
    const everyThird = Array.from({ length: Math.ceil(blockCount / 3) }, (_, index) => index * 3);
    for (const width of [60, 80, 120]) {
      for (const colour of [false, true]) {
        const lines = draw(blocks(everyThird), blockCount, { width, colour }).replaceAll(colourCodes, "").split("\n");
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
      }
    }
  });

  test("is plain ASCII without colour", () => {
    expect(draw(segments([1, 2, 3, 0]), 40)).toMatch(/^[\n\u0020-\u007e]*$/);
  });

  test("shows the same with colour, marks apart", () => {
    const coloured = draw(midBlock(), 30, { colour: true });
    expect(coloured).toMatch(colourCodes);
    const plain = coloured.replaceAll(colourCodes, "").replaceAll("█", "#").replaceAll("░", ".");
    expect(plain).toBe(draw(midBlock(), 30));
  });
});
