/** The main job over the public API, with a real sidecar and the tiny model. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  blocks,
  Client,
  drift,
  examples,
  type FinetuneOptions,
  fullWeights,
  jsonl,
  jsonRecord,
  lora,
  midBlock,
} from "../../sdk/src/index.js";
import { tinyModelFolder } from "../support/tiny-model.js";

jest.setTimeout(180_000);

const dataFolder = new URL("../../examples/data/", import.meta.url);
const train = jsonl(fileURLToPath(new URL("train.jsonl", dataFolder)));

let folder: string;
let client: Client;

/** Fast, deterministic, and small enough for a test. */
const quick = {
  data: train,
  layers: midBlock(),
  method: lora({ rank: 2 }),
  learningRate: 1e-3,
  retention: false,
} as const;

function launch(): Promise<Client> {
  return tinyModelFolder().then((model) =>
    Client.launch({
      model,
      cacheFolder: join(folder, "cache"),
      stateFolder: join(folder, "state"),
      python: process.env["MIDBLOCK_PYTHON"],
      threads: 1,
      dtype: "float32",
    }),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-finetune-"));
  client = await launch();
});

afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

describe("finetune", () => {
  test("measures, trains, measures, and writes adapter, manifest, report and items", async () => {
    const rows = (await readFile(new URL("test.jsonl", dataFolder), "utf8")).split("\n").slice(0, 3);
    await writeFile(join(folder, "test.jsonl"), `${rows.join("\n")}\n`);
    const run = await client.finetune({
      ...quick,
      maxSteps: 3,
      evaluate: [
        jsonRecord({ data: jsonl(join(folder, "test.jsonl")), maxNewTokens: 4 }),
        drift({ prompts: ["One.", "Two."], maxNewTokens: 4 }),
      ],
    });
    expect(run.plan.blocks.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(run.preflight).toMatchObject({ fits: true, steps: 3, advice: [] });
    expect(run.preflight?.memory.keyValueCache).toBeGreaterThan(0);
    const types: string[] = [];
    for await (const event of run) types.push(event.type);
    expect(types.filter((type) => type !== "eval-progress")).toEqual([
      "eval-start",
      "eval-end",
      "run-queued",
      "run-start",
      "step-end",
      "step-end",
      "step-end",
      "checkpoint-saved",
      "run-end",
      "eval-start",
      "eval-end",
    ]);

    const result = await run.result();
    expect(result.runId).toBe(await run.id());
    expect(result.comparisons).toMatchObject([{ task: "json-record", n: 3 }]);
    expect(result.drift?.klPerToken.value).toBeGreaterThan(0);
    expect(result.report.trainableParameters).toBe(run.trainableParameters);

    const out = join(folder, "out");
    await result.save(out);
    expect((await readdir(out)).sort()).toEqual([
      "README.md",
      "adapter_base.json",
      "adapter_config.json",
      "adapter_model.safetensors",
      "items.jsonl",
      "manifest.json",
      "report.html",
    ]);
    const manifest: unknown = JSON.parse(await readFile(join(out, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ runId: result.runId, layerPlan: { blockCount: 6 } });
    expect(result.summary()).toContain(out);
  });

  test("a run like one before starts on what that one's trial found; another length is tried itself", async () => {
    const first = await client.finetune({ ...quick, maxSteps: 1, name: "first", learningRate: 1e-4 });
    await first.result();
    const like = await client.finetune({ ...quick, maxSteps: 1, name: "second", learningRate: 2e-4 });
    await like.result();
    const tried = await client.preflight({ ...quick, maxSteps: 1 });
    expect(like.preflight?.measuredUnixSeconds).toBeGreaterThan(0);
    expect(like.preflight?.fits).toBe(true);
    expect(tried.measuredUnixSeconds).toBeUndefined();
    expect(like.preflight?.memory.trainable).toBe(tried.memory.trainable);
  });

  test("the same key with the same settings takes up the run that is there; other settings are another run", async () => {
    const options: FinetuneOptions = { ...quick, maxSteps: 2, key: "once" };
    const first = await (await client.finetune(options)).result();
    const taken = await client.finetune(options);
    expect(taken.preflight).toBeUndefined();
    const again = await taken.result();
    const other = await (await client.finetune({ ...options, seed: 1 })).result();
    expect(again.runId).toBe(first.runId);
    expect(again.report.steps).toEqual(first.report.steps);
    expect(again.report.timings).toEqual(first.report.timings);
    expect(first.report.warnings).toEqual([]);
    expect(again.report.warnings).toEqual([expect.stringContaining("nothing is trained again")]);
    expect(other.runId).not.toBe(first.runId);
  });

  test("is a function of its inputs: the same seed ends in the same bytes", async () => {
    const options: FinetuneOptions = { ...quick, method: lora({ rank: 2, dropout: 0.1 }), maxSteps: 2 };
    const hashes = async () => {
      const { runId } = await (await client.finetune(options)).result();
      return (await client.runs.save(runId, join(folder, runId))).map(({ path, sha256 }) => `${path} ${sha256}`);
    };
    expect(await hashes()).toEqual(await hashes());
  });

  test("trains full weights of chosen blocks and saves only what changed", async () => {
    const run = await client.finetune({ ...quick, layers: blocks([2]), method: fullWeights(), maxSteps: 2 });
    const result = await run.result();
    await result.save(join(folder, "delta"));
    const files = await readdir(join(folder, "delta"));
    expect(files).toEqual(expect.arrayContaining(["delta.json", "delta.safetensors"]));
    const delta: unknown = JSON.parse(await readFile(join(folder, "delta", "delta.json"), "utf8"));
    expect(JSON.stringify(delta)).toContain(client.modelCard.weightsHash);
    expect(result.report.trainableParameters).toBe(client.modelCard.parameters.byBlock[2]);
  });

  test("leaving the loop stops nothing", async () => {
    const run = await client.finetune({ ...quick, maxSteps: 3 });
    for await (const event of run) if (event.type === "step-end") break;
    expect((await run.result()).report.steps).toHaveLength(3);
  });

  test("a paused run says so, is resumed by its id, and ends as an undisturbed one does", async () => {
    const options: FinetuneOptions = { ...quick, maxSteps: 30, checkpointEverySteps: 5 };
    const run = await client.finetune({ ...options, key: "paused" });
    for await (const event of run) if (event.type === "step-end" && event.step === 2) await run.pause();
    const runId = await run.id();
    await expect(run.result()).rejects.toMatchObject({ name: "RunError", code: "run-paused", facts: { runId } });

    await client.runs.resume(runId);
    expect(await client.runs.wait(runId)).toMatchObject({ state: "completed", stepsDone: 30 });
    const undisturbed = await (await client.finetune({ ...options, key: "undisturbed" })).result();
    const hashOf = async (id: string) => (await client.runs.save(id, join(folder, id))).map(({ sha256 }) => sha256);
    expect(await hashOf(runId)).toEqual(await hashOf(undisturbed.runId));
  });

  test("an abort signal cancels the run with a checkpoint, and the error says how to go on", async () => {
    const stop = new AbortController();
    const run = await client.finetune({ ...quick, maxSteps: 50, signal: stop.signal, key: "aborted" });
    for await (const event of run) if (event.type === "step-end" && event.step === 1) stop.abort();
    const runId = await run.id();
    await expect(run.result()).rejects.toMatchObject({
      name: "CancelledError",
      code: "cancelled",
      facts: { runId },
      nextStep: expect.stringContaining(`client.runs.resume("${runId}")`),
    });
    const record = await client.runs.get(runId);
    expect(record.state).toBe("cancelled");
    expect(record.checkpoints.map(({ step }) => step)).toEqual([record.stepsDone]);

    const goneOn = await (await client.finetune({ ...quick, maxSteps: 50, key: "aborted" })).result();
    expect(goneOn.runId).toBe(runId);
    expect(goneOn.report.steps.map(({ step }) => step)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test("cancelling while the base is measured stops at once, before any run exists", async () => {
    const stop = new AbortController();
    const evaluate = [drift({ prompts: ["One.", "Two."], maxNewTokens: 2 })];
    const run = await client.finetune({ ...quick, maxSteps: 1, signal: stop.signal, evaluate });
    for await (const event of run) if (event.type === "eval-start") stop.abort();
    await expect(run.result()).rejects.toMatchObject({ code: "cancelled" });
    await expect(run.id()).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a finetune that can't work throws at once", () => {
  test("for a plan outside the model", async () => {
    await expect(client.finetune({ ...quick, layers: blocks([3, 6, 9]) })).rejects.toMatchObject({
      name: "LayerPlanError",
      faults: [expect.anything(), expect.anything()],
    });
  });

  test("for wrong options, all of them", async () => {
    const wrong = { ...quick, epochs: 0, learningRate: -1 };
    await expect(client.finetune(wrong)).rejects.toMatchObject({
      name: "OptionsError",
      faults: [{ where: "epochs" }, { where: "learningRate" }],
    });
  });

  test("for empty data", async () => {
    await expect(client.finetune({ ...quick, data: examples([]) })).rejects.toMatchObject({ name: "DataError" });
  });

  test("for rows that are too long", async () => {
    await expect(client.finetune({ ...quick, maxTokens: 20 })).rejects.toMatchObject({ code: "sequence-too-long" });
  });
});

describe("the client", () => {
  test("generates from base and run, and evaluates both", async () => {
    const { runId } = await (await client.finetune({ ...quick, maxSteps: 2, key: "answers" })).result();
    const answers: string[] = [];
    for (const model of [{ kind: "base" }, { kind: "run", runId }] as const) {
      for await (const { text } of client.generate(["Hello"], { model, maxNewTokens: 3 })) answers.push(text);
    }
    expect(answers).toHaveLength(2);
    const tasks = [drift({ prompts: ["One.", "Two."], maxNewTokens: 3 })];
    const measured = await client.evaluate({ tasks, model: { kind: "run", runId } });
    expect(measured.drift?.promptCount).toBe(2);
    await expect(client.evaluate({ tasks })).rejects.toMatchObject({ name: "OptionsError" });
  });

  test("lists and watches runs", async () => {
    const { runId } = await (await client.finetune({ ...quick, maxSteps: 2, key: "listed" })).result();
    const ids: string[] = [];
    for await (const record of client.runs.list()) ids.push(record.runId);
    expect(ids[0]).toBe(runId);
    const types: string[] = [];
    for await (const event of client.runs.watch(runId, { fromSequence: 3 })) types.push(event.type);
    expect(types).toEqual(["step-end", "step-end", "checkpoint-saved", "run-end"]);
    await expect(client.runs.get("nothing")).rejects.toMatchObject({ name: "RunError", code: "run-not-found" });
  });

  test("refuses an unknown model with the names it knows", async () => {
    const launching = Client.launch({
      model: "no-such-model",
      cacheFolder: join(folder, "cache"),
      stateFolder: join(folder, "state"),
      python: process.env["MIDBLOCK_PYTHON"],
    });
    await expect(launching).rejects.toMatchObject({
      name: "ModelError",
      code: "unknown-model",
      message: expect.stringContaining("smollm2-135m-instruct"),
    });
  });
});

test("a sidecar killed while it trains: the error names the run, and a new sidecar resumes it to the same end", async () => {
  const options: FinetuneOptions = { ...quick, maxSteps: 40, checkpointEverySteps: 2, keepCheckpoints: 1 };
  const doomed = await launch();
  const run = await doomed.finetune({ ...options, key: "killed" });
  for await (const event of run) {
    if (event.type === "checkpoint-saved") process.kill(doomed.server.processId, "SIGKILL");
  }
  const runId = await run.id();
  await expect(run.result()).rejects.toMatchObject({
    name: "RunError",
    code: "run-interrupted",
    facts: { runId },
    cause: { name: "SidecarError", code: "sidecar-exited" },
  });
  await doomed.close();

  const next = await launch();
  try {
    expect((await next.runs.get(runId)).state).toBe("interrupted");
    await next.runs.resume(runId);
    expect(await next.runs.wait(runId)).toMatchObject({ state: "completed", stepsDone: 40 });
    const resumed = await next.runs.save(runId, join(folder, "resumed"));
    const undisturbed = await (await next.finetune({ ...options, key: "not-killed" })).result();
    const wanted = await next.runs.save(undisturbed.runId, join(folder, "undisturbed"));
    expect(resumed).toEqual(wanted);
  } finally {
    await next.close();
  }
});
