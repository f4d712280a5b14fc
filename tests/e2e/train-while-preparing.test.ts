/** Training that begins before the data is read to its end, over the public API, with a real sidecar and the tiny model. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { Client, type ExampleRow, examples, jsonRecord, lora } from "../../sdk/src/index.js";
import { tinyModelFolder } from "../support/tiny-model.js";

jest.setTimeout(300_000);

let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-train-while-preparing-"));
  client = await Client.launch({
    model: await tinyModelFolder(),
    cacheFolder: join(folder, "cache"),
    stateFolder: join(folder, "state"),
    python: process.env["MIDBLOCK_PYTHON"],
    threads: 1,
    dtype: "float32",
  });
});

afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

const partRows = 4096;
const options = {
  method: lora({ rank: 2 }),
  retention: false,
  learningRate: 1e-3,
  batchSize: 1024,
  maxSteps: 6,
  trainWhilePreparing: true,
} as const;

/** Rows of ready tokens, so that preparing is quick; each differs from the others. */
function tokenRow(index: number) {
  return { tokenIds: [10 + (index % 400), 20 + (Math.floor(index / 400) % 400), 30], lossWeights: [0, 1, 1] };
}

function* tokenRows(count: number) {
  for (let index = 0; index < count; index++) yield tokenRow(index);
}

/** Rows of a first part, and others that come only once they are released. */
function heldRows(others: readonly ExampleRow[]) {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* rows() {
    yield* tokenRows(partRows);
    await released;
    yield* others;
  }
  return { rows: rows(), release: () => release() };
}

test("the first step ends before the source gives its last rows", async () => {
  const { rows, release } = heldRows([tokenRow(0), tokenRow(partRows)]);
  const run = await client.finetune({ ...options, data: examples(rows), name: "held" });
  expect(run.data).toMatchObject({ rows: partRows, examples: partRows });
  for await (const event of run) if (event.type === "step-end") release();
  const result = await run.result();
  const figures = { rows: partRows + 2, examples: partRows + 2, duplicates: { exact: 1 } };
  expect(run.data).toMatchObject(figures);
  expect(result.report.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(result.report.steps.map(({ tokens }) => tokens)).toEqual([3072, 3072, 3072, 3072, 6, 3072]);
  expect(result.report.data).toMatchObject(figures);
  const { specification, stepsTotal } = await client.runs.get(result.runId);
  expect([specification.datasetHashes.length, stepsTotal]).toEqual([2, 6]);
  expect(JSON.parse(specification.clientNotes)).toMatchObject({ name: "held", summary: figures });
  await result.save(join(folder, "out"));
  expect(JSON.parse(await readFile(join(folder, "out", "manifest.json"), "utf8"))).toMatchObject({ data: figures });
});

test("the same call finds its run, and other rows after the first part are a conflict", async () => {
  const call = { ...options, key: "again" } as const;
  const first = await (await client.finetune({ ...call, data: examples(tokenRows(partRows + 2)) })).result();
  const again = await (await client.finetune({ ...call, data: examples(tokenRows(partRows + 2)) })).result();
  expect(again.runId).toBe(first.runId);
  expect(again.report.data).toEqual(first.report.data);
  const changed = await client.finetune({ ...call, data: examples([...tokenRows(partRows + 1), tokenRow(7)]) });
  await expect(changed.result()).rejects.toMatchObject({
    code: "run-key-conflict",
    facts: { runId: first.runId },
    message: expect.stringContaining("start a new run with another key"),
  });
  expect((await client.runs.get(first.runId)).state).toBe("completed");
});

test("faults of late rows cancel the run and are all told; what tasks share is a warning", async () => {
  const { rows, release } = heldRows([
    { tokenIds: [1], lossWeights: [] },
    tokenRow(1),
    { tokenIds: [], lossWeights: [] },
  ]);
  const run = await client.finetune({ ...options, data: examples(rows) });
  for await (const event of run) if (event.type === "step-end") release();
  const failure: unknown = await run.result().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "DataError", code: "invalid-data" });
  expect(String(failure)).toContain(`(memory):${partRows + 1}`);
  expect(String(failure)).toContain(`(memory):${partRows + 3}`);
  expect((await client.runs.get(await run.id())).state).toBe("cancelled");

  const chat = {
    messages: [
      { role: "user", content: "What is it?" },
      { role: "assistant", content: '{"value":1}' },
    ],
  } as const;
  const shared = await client.finetune({
    ...options,
    batchSize: 1,
    maxSteps: 2,
    data: examples([chat, chat]),
    evaluate: [jsonRecord({ data: examples([chat]), maxNewTokens: 2 })],
  });
  const { report } = await shared.result();
  expect(report.warnings).toContainEqual(expect.stringMatching(/^json-record: 1 of 1 items stand in the training/));
});

test("cancelling while data is prepared ends both", async () => {
  const source = new AbortController();
  async function* endless() {
    yield* tokenRows(partRows);
    while (!source.signal.aborted) yield tokenRow(1);
  }
  const run = await client.finetune({ ...options, data: examples(endless()) });
  for await (const event of run) if (event.type === "step-end") await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ name: "CancelledError" });
  source.abort();
  expect((await client.runs.get(await run.id())).state).toBe("cancelled");
});
