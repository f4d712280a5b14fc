/** What a finetune makes of its data, over the public API, with a real sidecar and the tiny model. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { Client, type DataModel, examples, jsonRecord, lora, readModelFolder } from "../../sdk/src/index.js";
import { tinyModelFolder } from "../support/tiny-model.js";

jest.setTimeout(180_000);

let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-finetune-data-"));
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

const quick = { method: lora({ rank: 2 }), learningRate: 1e-3, retention: false } as const;

function chat(question: string, answer: string) {
  return {
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  } as const;
}

const rows = Array.from({ length: 12 }, (_, index) => chat(`What is ${index}?`, `{"value":${index}}`));

test("what was left out, cut, repeated, and shared with a task stands in the run, its report and its record", async () => {
  const data = examples([...rows, rows[0] ?? chat("", ""), chat("Much?", "word ".repeat(60))]);
  const run = await client.finetune({
    ...quick,
    data,
    maxTokens: 100,
    tooLong: "split",
    batchTokens: 200,
    maxMicroBatchTokens: 200,
    evaluate: [jsonRecord({ data: examples(rows.slice(2, 4)), maxNewTokens: 2 })],
  });
  expect(run.data).toMatchObject({
    rows: 14,
    cut: [{ reason: "split", rows: 1, places: [{ line: 14 }] }],
    duplicates: { exact: 1, places: [{ source: { line: 13 }, earlier: { line: 1 } }] },
    contamination: [{ task: "json-record", items: 2, exact: 2 }],
  });
  expect(run.packing).toMatchObject({ budget: 200, microBatches: run.stepsTotal });

  const result = await run.result();
  expect(result.report.warnings).toContainEqual(
    expect.stringMatching(/^json-record: 2 of 2 items stand in the training/),
  );
  expect(result.summary()).toContain("warning: json-record: 2 of 2 items");
  await result.save(join(folder, "out"));
  const manifest: unknown = JSON.parse(await readFile(join(folder, "out", "manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ data: JSON.parse(JSON.stringify({ ...run.data, packing: run.packing })) });
  const { clientNotes } = (await client.runs.get(result.runId)).specification;
  expect(JSON.parse(clientNotes)).toMatchObject({ summary: { rows: 14 }, packing: { budget: 200 } });
});

test("prepared data trains as the data set itself does: the same key finds the same run", async () => {
  const options = { ...quick, maxSteps: 1, key: "prepared" } as const;
  const prepared = await examples(rows).prepare(client.model);
  const first = await (await client.finetune({ ...options, data: prepared })).result();
  const again = await (await client.finetune({ ...options, data: examples(rows) })).result();
  expect(again.runId).toBe(first.runId);
  expect(again.report.data).toEqual(first.report.data);
});

test("the launched model prepares and shows data as its folder does", async () => {
  const prepared = await examples(rows).prepare(client.model);
  const byFolder = await examples(rows).prepare(await readModelFolder(await tinyModelFolder()));
  expect(prepared.summary()).toEqual(byFolder.summary());
  const shown = prepared.preview(2).toString({ colour: false });
  expect(shown).toBe(byFolder.preview(2).toString({ colour: false }));
  expect(shown).toContain('{"value":1}');
});

test("data prepared with another tokenizer is refused", async () => {
  const folderModel: DataModel = await readModelFolder(await tinyModelFolder());
  const prepared = await examples(rows).prepare(folderModel);
  await expect(client.finetune({ ...quick, data: prepared })).rejects.toMatchObject({
    name: "OptionsError",
    message: expect.stringContaining("data.prepare(client.model)"),
  });
});
