import { describe, expect, test } from "@jest/globals";
import { sharingPrefix } from "../../../sdk/src/finetune/shared-prefix.js";
import { all } from "../../support/all.js";
import { FakeInference } from "../../support/fake-inference.js";
import { plainRun } from "../../support/plain-run.js";

const plan = (...indices: readonly number[]) => ({
  blocks: indices.map((index) => ({ index, train: "lora", rank: 2 }) as const),
  blockCount: 30,
  why: "a test",
});
const room = { ...plainRun.compute, prefixCacheDiskBytes: 1000 };
const model = { kind: "base" } as const;

describe("sharingPrefix", () => {
  test("tells the sidecar of each request what lies below the lowest planned block", async () => {
    const inference = new FakeInference({ reply: () => "yes" });
    const sharing = sharingPrefix(inference, { layerPlan: plan(9, 6, 7), compute: room }, "key");
    const generation = { prompts: [[1]], maxNewTokens: 3, picking: { kind: "greedy" }, maxBatchRows: 0 } as const;
    await all(sharing.generate({ model, ...generation, stopTokenIds: [], stopStrings: [] }));
    await all(sharing.score({ model, sequences: [{ tokenIds: [1, 2], from: 1 }], klFromBase: true }));
    const sharedPrefix = { firstBlock: 6, diskBytes: 1000, owner: "key" };
    expect(inference.generateRequests).toEqual([
      { model, ...generation, stopTokenIds: [], stopStrings: [], sharedPrefix },
    ]);
    expect(inference.scoreRequests).toEqual([
      { model, sequences: [{ tokenIds: [1, 2], from: 1 }], klFromBase: true, sharedPrefix },
    ]);
  });

  test("asks for nothing where nothing is below, or where there is no room", () => {
    const inference = new FakeInference({ reply: () => "yes" });
    expect(sharingPrefix(inference, { layerPlan: plan(0, 1), compute: room }, "key")).toBe(inference);
    expect(sharingPrefix(inference, { layerPlan: plan(6, 7), compute: plainRun.compute }, "key")).toBe(inference);
  });
});
