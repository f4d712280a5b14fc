/** A run whose checkpoints are measured while it trains, over the public API, with a real sidecar and the tiny model. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { Client, drift, examples, type GenerationTask, jsonRecord, lora, type RunEvent } from "../../sdk/src/index.js";
import { tinyModelFolder } from "../support/tiny-model.js";

jest.setTimeout(300_000);

let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-watch-"));
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

const rows = Array.from({ length: 8 }, (_, index) => ({
  messages: [
    { role: "user" as const, content: `Number ${index}?` },
    { role: "assistant" as const, content: `{"value":${index}}` },
  ],
}));
const records = jsonRecord({ name: "records", data: examples(rows), maxNewTokens: 4 });
const moved = drift({ prompts: ["Hello", "How are you?"], maxNewTokens: 4 });
const options = {
  data: examples(rows),
  method: lora({ rank: 2 }),
  retention: false,
  learningRate: 1e-3,
  batchSize: 2,
  maxSteps: 12,
  evaluate: [records, moved],
} as const;

test("the best checkpoint is kept, measured, reported and saved, and the run ends early", async () => {
  // It only gets worse: the drift rises with every step that is learnt.
  const watch = { everySteps: 2, figure: "drift.klPerToken", patience: 2 } as const;
  const run = await client.finetune({ ...options, watch, key: "watched" });
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  const result = await run.result();
  const { watched, endReason, comparisons } = result.report;
  expect(result.best).toBe(2);
  expect(watched?.steps.map(({ step }) => step)).toEqual([2, 4, 6]);
  expect(watched?.endedBecause).toBe("drift.klPerToken gained nothing in 2 evaluations after step 2");
  expect(["", "early-stop"]).toContain(endReason);
  expect(result.drift?.klPerToken.value).toBe(watched?.best.value);
  expect(comparisons[0]?.after.model).toEqual({ kind: "run", runId: result.runId, step: 2 });
  const during = events.filter((event) => event.type === "eval-end" && event.phase === "during");
  expect(during).toMatchObject([{ step: 2 }, { step: 4 }, { step: 6 }]);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));

  const { checkpoints } = await client.runs.get(result.runId);
  expect(checkpoints[0]?.step).toBe(2);
  expect(checkpoints.length).toBeLessThanOrEqual(3);

  await result.save(join(folder, "out"));
  await client.runs.save(result.runId, join(folder, "second"), { step: 2 });
  const weights = (name: string) => readFile(join(folder, name, "adapter_model.safetensors"));
  expect((await weights("out")).equals(await weights("second"))).toBe(true);
  const manifest = JSON.parse(await readFile(join(folder, "out", "manifest.json"), "utf8"));
  expect(manifest.watched).toMatchObject({ best: { step: 2 }, keepsBest: true });
  expect(await readFile(join(folder, "out", "report.html"), "utf8")).toContain('class="mark stands"');

  // The same call finds the run, measures what is left of it again, and comes to the same.
  const again = await (await client.finetune({ ...options, watch, key: "watched" })).result();
  expect([again.runId, again.best]).toEqual([result.runId, 2]);
});

test("what is learnt is the same, watched or not; the last checkpoint is the result where that is wanted", async () => {
  const plain = await (await client.finetune(options)).result();
  const watch = { everySteps: 5, tasks: [records], figure: () => 1, goal: "higher", keepBest: false } as const;
  const watched = await (await client.finetune({ ...options, watch })).result();
  const losses = (report: typeof plain.report) => report.steps.map(({ loss }) => loss);
  expect(losses(watched.report)).toEqual(losses(plain.report));
  expect(watched.report.watched?.steps.map(({ step }) => step)).toEqual([5, 10, 12]);
  expect(watched.report.endReason).toBe("");
  expect(watched.drift?.klPerToken.value).toBe(plain.drift?.klPerToken.value);
});

test("a figure that fails ends the run, and a name that was not measured is told before training", async () => {
  const failing = await client.finetune({
    ...options,
    watch: { everySteps: 2, figure: () => Number.NaN, goal: "higher" },
  });
  await expect(failing.result()).rejects.toMatchObject({ code: "evaluation-failed", found: "NaN" });
  const watch = { everySteps: 2, tasks: [records], figure: "records.exakt" } as const;
  const misnamed = await client.finetune({ ...options, watch });
  await expect(misnamed.result()).rejects.toMatchObject({ code: "evaluation-failed" });
  await expect(client.finetune({ ...options, watch: { everySteps: 2, figure: "other.exact" } })).rejects.toMatchObject({
    code: "invalid-options",
    faults: [{ where: "watch.figure" }],
  });
});

test("a run that was paused goes on under its key, and what is left of it is measured again", async () => {
  const figure = ({ step }: { readonly step: number }) => (step === 40 ? 1 : 0);
  const watch = { everySteps: 20, tasks: [records], figure, goal: "higher" } as const;
  const call = { ...options, maxSteps: 400, watch, key: "paused" } as const;
  const first = await client.finetune(call);
  const rejected = expect(first.result()).rejects.toMatchObject({ code: "run-paused" });
  for await (const event of first) {
    if (event.type === "eval-end" && event.step === 20) await first.pause();
  }
  await rejected;
  const result = await (await client.finetune(call)).result();
  expect(result.runId).toBe(await first.id());
  expect([result.best, result.report.steps.length]).toEqual([40, 400]);
  expect(result.comparisons[0]?.after.model).toMatchObject({ step: 40 });
  const { checkpoints } = await client.runs.get(result.runId);
  expect(checkpoints.map(({ step }) => step)).toEqual([40, 380, 400]);
});

test("early stopping ends a run that still prepares its data", async () => {
  const watch = { everySteps: 2, tasks: [records], figure: () => 1, goal: "higher", patience: 1 } as const;
  const run = await client.finetune({ ...options, maxSteps: 400, trainWhilePreparing: true, watch });
  const { report } = await run.result();
  expect(report.watched?.steps.map(({ step }) => step)).toEqual([2, 4]);
  expect([report.endReason, report.stepsTotal, report.data.examples]).toEqual(["early-stop", 400, 8]);
  expect(report.steps.length).toBeLessThan(400);
});

test("a run that forgets too much is ended, and the last checkpoint that kept enough is the result", async () => {
  let verdicts = 0;
  // All is right of the base and at step 2, nothing from step 4 on.
  const following: GenerationTask<string> = {
    kind: "generation",
    name: "retention-following",
    rule: { name: "scripted", version: "1" },
    maxNewTokens: 1,
    load: async () => ["One.", "Two.", "Three."],
    prompt: (text) => text,
    target: () => "",
    score: () => {
      verdicts += 1;
      return { metrics: { right: verdicts <= 6 ? 1 : 0 } };
    },
  };
  const run = await client.finetune({
    ...options,
    evaluate: [following],
    maxSteps: 400,
    stopWhen: { retention: { below: 0.9, everySteps: 2 } },
  });
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  const result = await run.result();
  const below = events.filter((event) => event.type === "retention-below");
  expect(below).toMatchObject([{ step: 4, leastKept: 0.9, kept: { known: 3, kept: 0 } }]);
  const { watched, endReason, steps, comparisons } = result.report;
  expect(endReason).toBe("retention-below");
  expect(steps.length).toBeLessThan(400);
  expect(watched).toMatchObject({ resultStep: 2, retention: { brokenAt: 4, resultKeepsIt: true } });
  expect(comparisons[0]?.after.model).toEqual({ kind: "run", runId: result.runId, step: 2 });
  expect(result.kept).toMatchObject({ known: 3, kept: 3, share: 1 });

  await result.save(join(folder, "kept"));
  await client.runs.save(result.runId, join(folder, "second-step"), { step: 2 });
  const weights = (name: string) => readFile(join(folder, name, "adapter_model.safetensors"));
  expect((await weights("kept")).equals(await weights("second-step"))).toBe(true);
});
