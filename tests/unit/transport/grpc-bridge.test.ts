/** Calls about runs against an independent decoder, with every field of the contract set. */
import { afterAll, expect, test } from "@jest/globals";
import type { RunSpecification } from "../../../sdk/src/training/run-specification.js";
import { all } from "../../support/all.js";
import { ContractCoverage } from "../../support/contract-coverage.js";
import type { WireMessage } from "../../support/contract-definitions.js";
import { recordMessage, specificationMessage, withBridge } from "../../support/scripted-answers.js";
import type { ScriptedStream } from "../../support/scripted-sidecar.js";

const coverage = new ContractCoverage([
  "StartRunRequest",
  "GetRunRequest",
  "PauseRunRequest",
  "CancelRunRequest",
  "ResumeRunRequest",
  "ExtendRunRequest",
  "FinishRunRequest",
  "RemoveCheckpointRequest",
  "RunRecord",
  "ListRunsRequest",
  "ListRunsResponse",
  "FetchArtifactsRequest",
  "FetchArtifactsResponse",
]);
afterAll(() => expect(coverage.missing()).toEqual([]));

const specification: RunSpecification = {
  datasetHashes: ["ab".repeat(32), "cd".repeat(32)],
  layerPlan: {
    blocks: [
      { index: 2, train: "lora", rank: 16 },
      { index: 3, train: "lora", rank: 8 },
    ],
    blockCount: 6,
    why: "because",
  },
  method: {
    kind: "lora",
    targets: ["self_attn.q_proj"],
    scale: 2.5,
    dropout: 0.125,
    rankStabilized: true,
    weightDecomposed: true,
  },
  batchPlan: { steps: [[[1, 2], [3]], [[4]]] },
  optimizer: {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    maxGradientNorm: 1.5,
    schedule: "warm-up-stable-decay",
    warmupSteps: 3,
    finalLearningRateShare: 0.1,
    decaySteps: 4,
    eightBit: true,
  },
  seed: Number.MAX_SAFE_INTEGER,
  checkpointEverySteps: 5,
  keepCheckpoints: 2,
  weightsHash: "sha256:cd",
  clientNotes: "note",
  stepsTotal: 2,
  open: true,
  trainNorms: true,
  phases: [{ fromStep: 1, blockIndices: [2] }],
  baseDivergenceWeight: 0.5,
  maxLossGrowth: 3,
  maxSeconds: 60.5,
  compute: {
    gradientCheckpointing: true,
    compile: true,
    prefixCacheMemoryBytes: 1024,
    prefixCacheDiskBytes: 2048,
  },
};
const { batchPlan: _batchPlan, ...recordedSpecification } = specification;

const record = {
  runId: "r1",
  key: "my-key",
  state: "failed",
  specification: {
    ...recordedSpecification,
    layerPlan: { ...specification.layerPlan, why: "as the sidecar recorded it" },
  },
  stepsDone: 3,
  stepsTotal: 10,
  lastSequence: 12,
  checkpoints: [{ step: 2, bytes: 1234, unixSeconds: 1700000001.5, weightsHash: "sha256:ef" }],
  createdUnixSeconds: 1700000000.25,
  endedUnixSeconds: 1700000009.75,
  failure: {
    code: "out-of-memory",
    message: "Step 3 of run r1 did not fit.",
    found: "9 GB",
    wanted: "8 GB",
    nextStep: "Use smaller micro-batches.",
    facts: { runId: "r1", microBatch: "4" },
  },
};

const extension = {
  number: 2,
  datasetHashes: ["ef".repeat(32)],
  batchPlan: { steps: [[[5]]] },
  clientNotes: "more",
};

test("starts, gets, steers, resumes, extends, finishes and removes a checkpoint", async () => {
  const requests: [string, WireMessage][] = [];
  const answering = (name: string, type: string) => (request: WireMessage) => {
    requests.push([name, coverage.note(type, request)]);
    return coverage.note("RunRecord", recordMessage);
  };
  const unary = {
    "Runs/StartRun": answering("start", "StartRunRequest"),
    "Runs/GetRun": answering("get", "GetRunRequest"),
    "Runs/PauseRun": answering("pause", "PauseRunRequest"),
    "Runs/CancelRun": answering("cancel", "CancelRunRequest"),
    "Runs/ResumeRun": answering("resume", "ResumeRunRequest"),
    "Runs/ExtendRun": answering("extend", "ExtendRunRequest"),
    "Runs/FinishRun": answering("finish", "FinishRunRequest"),
    "Runs/RemoveCheckpoint": answering("remove", "RemoveCheckpointRequest"),
  };
  await withBridge({ unary }, async (bridge) => {
    expect(await bridge.startRun("my-key", specification)).toEqual(record);
    expect(await bridge.getRun("r1")).toEqual(record);
    expect(await bridge.pauseRun("r1")).toEqual(record);
    expect(await bridge.cancelRun("r1")).toEqual(record);
    expect(await bridge.resumeRun("r1", 4)).toEqual(record);
    expect(await bridge.resumeRun("r1")).toEqual(record);
    expect(await bridge.extendRun("r1", extension)).toEqual(record);
    expect(await bridge.finishRun("r1", "early-stop")).toEqual(record);
    expect(await bridge.removeCheckpoint("r1", 3)).toEqual(record);
  });
  const steps = [
    { micro_batches: [{ datum_indices: [1, 2] }, { datum_indices: [3] }] },
    { micro_batches: [{ datum_indices: [4] }] },
  ];
  expect(requests).toEqual([
    ["start", { key: "my-key", specification: { ...specificationMessage, batch_plan: { steps } } }],
    ["get", { run_id: "r1" }],
    ["pause", { run_id: "r1" }],
    ["cancel", { run_id: "r1" }],
    ["resume", { run_id: "r1", step: 4 }],
    ["resume", { run_id: "r1" }],
    [
      "extend",
      {
        run_id: "r1",
        number: 2,
        dataset_hashes: ["ef".repeat(32)],
        batch_plan: { steps: [{ micro_batches: [{ datum_indices: [5] }] }] },
        client_notes: "more",
      },
    ],
    ["finish", { run_id: "r1", reason: "early-stop" }],
    ["remove", { run_id: "r1", step: 3 }],
  ]);
});

test("carries full weights, every schedule and every state", async () => {
  const states = ["QUEUED", "RUNNING", "PAUSED", "COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED"];
  const schedules = ["constant", "linear", "cosine"] as const;
  const requests: WireMessage[] = [];
  const { lora: _, error: __, ...bare } = { ...specificationMessage, ...recordMessage } as Record<string, unknown>;
  const { lora: ___, ...unset } = specificationMessage;
  const recorded = { ...unset, layer_plan: { blocks: [{ index: 1 }], block_count: 6 }, full_weights: {} };
  const unary = {
    "Runs/StartRun": (request: WireMessage) => {
      requests.push(coverage.note("StartRunRequest", request));
      return { ...bare, state: `RUN_STATE_${states[requests.length - 1]}`, specification: recorded };
    },
  };
  const records: { state: string; specification: Pick<RunSpecification, "method" | "layerPlan"> }[] = [];
  await withBridge({ unary }, async (bridge) => {
    for (const index of states.keys()) {
      const schedule = schedules[index % schedules.length] ?? "linear";
      const started = await bridge.startRun("k", {
        ...specification,
        method: { kind: "full-weights" },
        layerPlan: { blocks: [{ index: 1, train: "full" }], blockCount: 6, why: "" },
        optimizer: { ...specification.optimizer, schedule },
      });
      records.push(started);
      expect(started.failure).toBeUndefined();
    }
  });
  expect(records.map(({ state }) => state)).toEqual(states.map((state) => state.toLowerCase()));
  expect(records[0]?.specification.method).toEqual({ kind: "full-weights" });
  expect(records[0]?.specification.layerPlan.blocks).toEqual([{ index: 1, train: "full" }]);
  const sent = requests.map((request) => request["specification"] as { optimizer: { schedule: string } });
  expect(sent.slice(0, 3).map(({ optimizer }) => optimizer.schedule)).toEqual([
    "SCHEDULE_CONSTANT",
    "SCHEDULE_LINEAR",
    "SCHEDULE_COSINE",
  ]);
  expect(sent[0]).toMatchObject({ full_weights: {}, layer_plan: { blocks: [{ index: 1 }] } });
});

test("refuses a plan that trains a block otherwise than the method", async () => {
  await withBridge({}, async (bridge) => {
    const start = bridge.startRun("k", { ...specification, method: { kind: "full-weights" } });
    await expect(start).rejects.toMatchObject({
      name: "LayerPlanError",
      faults: [expect.objectContaining({ where: "block 2" }), expect.objectContaining({ where: "block 3" })],
    });
  });
});

test("refuses a seed that can't be sent exactly", async () => {
  await withBridge({}, async (bridge) => {
    const start = bridge.startRun("k", { ...specification, seed: 2 ** 53 });
    await expect(start).rejects.toMatchObject({ name: "OptionsError", found: "9007199254740992" });
  });
});

test("lists all pages", async () => {
  const requests: WireMessage[] = [];
  const unary = {
    "Runs/ListRuns": (request: WireMessage) => {
      requests.push(coverage.note("ListRunsRequest", request));
      const ids = request["before_run_id"] === "r2" ? ["r1"] : ["r3", "r2"];
      const runs = ids.map((id) => ({ ...recordMessage, run_id: id }));
      return coverage.note("ListRunsResponse", { runs, more: ids.length > 1 });
    },
  };
  await withBridge({ unary }, async (bridge) => {
    expect((await all(bridge.listRuns())).map(({ runId }) => runId)).toEqual(["r3", "r2", "r1"]);
  });
  expect(requests).toEqual([{}, { before_run_id: "r2" }]);
  // 0, the default, is what the bridge always sends.
  coverage.note("ListRunsRequest", { limit: 0 });
});

test("fetches files", async () => {
  const requests: WireMessage[] = [];
  const parts = [
    { header: { path: "a/b.bin", bytes: "5000000000", sha256: "ab" } },
    { chunk: Buffer.from([1, 2]) },
    { chunk: Buffer.from([3]) },
  ];
  const streams = {
    "Runs/FetchArtifacts": async (request: WireMessage, stream: ScriptedStream) => {
      requests.push(coverage.note("FetchArtifactsRequest", request));
      for (const part of parts) await stream.send(coverage.note("FetchArtifactsResponse", part));
    },
  };
  await withBridge({ streams }, async (bridge) => {
    expect(await all(bridge.fetchArtifacts("r1", 2))).toEqual([
      { kind: "header", path: "a/b.bin", bytes: 5000000000, sha256: "ab" },
      { kind: "chunk", data: Buffer.from([1, 2]) },
      { kind: "chunk", data: Buffer.from([3]) },
    ]);
    await all(bridge.fetchArtifacts("r1"));
  });
  const form = "ARTIFACT_FORM_TRAINED";
  expect(requests).toEqual([
    { run_id: "r1", step: 2, form },
    { run_id: "r1", form },
  ]);
});
