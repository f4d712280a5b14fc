/** General data mixed into a training, over the public API, with a real sidecar and the tiny model. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { Client, examples, jsonRecord, lora } from "../../sdk/src/index.js";
import { tinyModelFolder } from "../support/tiny-model.js";

jest.setTimeout(300_000);

let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-replay-"));
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

function chat(question: string, answer: string) {
  return {
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  } as const;
}

const rows = Array.from({ length: 12 }, (_, index) => chat(`What is ${index}?`, `{"value":${index}}`));
const general = Array.from({ length: 5 }, (_, index) => chat(`How are you, ${index}?`, `{"mood":${index}}`));
const quick = { method: lora({ rank: 2 }), learningRate: 1e-3, epochs: 2, retention: false } as const;

test("general data is mixed in, told of everywhere, and looked through for what tasks ask", async () => {
  const options = {
    ...quick,
    batchSize: 4,
    data: examples(rows),
    replay: { data: examples(general), share: 0.25 },
    evaluate: [jsonRecord({ data: examples([general[2] ?? chat("", "")]), maxNewTokens: 2 })],
    name: "mixed",
  };
  const run = await client.finetune(options);
  const told = { rows: 5, examples: 5, share: 0.25, uses: 8, contamination: [{ items: 1, exact: 1 }] };
  expect([run.stepsTotal, run.data.examples]).toEqual([8, 12]);
  expect(run.replay).toMatchObject(told);
  const { report, runId } = await run.result();
  expect(report.data).toMatchObject({ examples: 12, contamination: [], replay: told });
  expect(report.warnings).toContainEqual(expect.stringMatching(/^Replay: json-record: 1 of 1 items/));
  const { specification } = await client.runs.get(runId);
  expect(specification.datasetHashes.map((hash) => `sha256:${hash}`)).toEqual([
    report.data.contentHash,
    report.data.replay?.contentHash,
  ]);
  expect(JSON.parse(specification.clientNotes)).toMatchObject({ name: "mixed", replay: told });
  expect(report.settings["replay"]).toEqual({ data: "(memory)", share: 0.25 });

  const result = await (await client.finetune({ ...options, key: "twice" })).result();
  await result.save(join(folder, "out"));
  expect(result.report.steps.map(({ loss }) => loss)).toEqual(report.steps.map(({ loss }) => loss));
  expect(await readFile(join(folder, "out", "report.html"), "utf8")).toContain("8 times one of its 5 examples");
});

test("by tokens as well, with data that was prepared, also with the very same data; and preflight knows of it", async () => {
  const data = await examples(rows).prepare(client.model);
  const options = { ...quick, batchTokens: 200, maxMicroBatchTokens: 100, data };
  const run = await client.finetune({ ...options, replay: { data, share: 0.5 } });
  expect((await run.result()).report.data.replay?.uses).toBe(24);
  const alone = await client.preflight(options);
  const mixed = await client.preflight({ ...options, replay: { data, share: 0.5 } });
  expect(mixed.steps).toBeGreaterThan(alone.steps);
});

test("a share that is not one example, and training while data is prepared, are refused", async () => {
  const replay = { data: examples(general), share: 0.01 };
  await expect(client.finetune({ ...quick, data: examples(rows), replay })).rejects.toMatchObject({
    code: "invalid-options",
    message: expect.stringContaining("not one example"),
  });
  const growing = { data: examples(rows), maxSteps: 2, trainWhilePreparing: true, replay };
  await expect(client.finetune(growing)).rejects.toMatchObject({ faults: [{ where: "replay" }] });
  const faulty = { data: examples(rows), replay: { data: "general.jsonl", share: 1 } };
  // @ts-expect-error A path is no source.
  await expect(client.finetune(faulty)).rejects.toMatchObject({
    faults: [{ where: "replay.data" }, { where: "replay.share" }],
  });
});
