/** Every call of the bridge against an independent decoder, with every field of the contract set. */
import { afterAll, describe, expect, test } from "@jest/globals";
import type { GenerateRequest, ScoreRequest } from "../../../sdk/src/evaluation/inference.js";
import type { RunSpecification } from "../../../sdk/src/training/run-specification.js";
import { encodeDataset } from "../../../sdk/src/transport/dataset-codec.js";
import { contractDigest, protocolVersion } from "../../../sdk/src/transport/gen/contract.js";
import { contractFields, fieldsSetIn, type WireMessage } from "../../support/contract-definitions.js";
import {
  failureMessage,
  handshakeAnswer,
  recordMessage,
  specificationMessage,
  withBridge,
} from "../../support/scripted-answers.js";

const fieldsSeen = new Set<string>();
function noted<Message extends object>(type: string, message: Message): Message {
  for (const field of fieldsSetIn(type, message)) fieldsSeen.add(field);
  return message;
}

afterAll(() => {
  // The entries of maps have messages of their own in descriptors, which no decoder shows.
  const missing = [...contractFields()].filter((field) => !fieldsSeen.has(field) && !field.includes("Entry."));
  expect(missing).toEqual([]);
});

const specification: RunSpecification = {
  datasetHash: "ab".repeat(32),
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
    schedule: "cosine",
    warmupSteps: 3,
    finalLearningRateShare: 0.1,
  },
  seed: Number.MAX_SAFE_INTEGER,
  checkpointEverySteps: 5,
  keepCheckpoints: 2,
  weightsHash: "sha256:cd",
  clientNotes: "note",
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
  checkpoints: [{ step: 2, bytes: 1234, unixSeconds: 1700000001.5 }],
  createdUnixSeconds: 1700000000.25,
  endedUnixSeconds: 1700000009.75,
  failure: {
    code: "out-of-memory",
    message: "Step 3 of run r1 did not fit.",
    found: "9 GB",
    wanted: "8 GB",
    nextStep: "Use smaller micro-batches.",
    facts: { run_id: "r1", micro_batch: "4" },
  },
};

/** Collects what a stream gives. */
async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

describe("control", () => {
  test("shakes hands, with the token in the metadata", async () => {
    const seen: unknown[] = [];
    const unary = {
      "Control/Handshake": (request: WireMessage, { metadata }: { metadata: { get(key: string): unknown[] } }) => {
        seen.push(noted("HandshakeRequest", request), metadata.get("authorization"));
        return noted("HandshakeResponse", handshakeAnswer);
      },
    };
    await withBridge({ unary }, async (bridge) => {
      expect(bridge.server).toEqual({
        protocolVersion,
        contractDigest,
        serverVersion: "0.9.1",
        packageVersions: { python: "3.11.2", torch: "2.13.0" },
        device: {
          name: "cuda:0",
          description: "A fast one",
          memoryBytes: 85899345920,
          dtype: "bfloat16",
          dtypeReason: "measured: bfloat16 2.1x as fast as float32",
          threads: 7,
        },
        capabilities: ["lora", "pause"],
        limits: {
          maxMessageBytes: 67108864,
          maxChunkBytes: 1000,
          maxDatasetBytes: 1000000,
          maxSequenceTokens: 2048,
          maxRequestSequences: 3,
          heartbeatSeconds: 5,
        },
        processId: 4321,
      });
    });
    expect(seen).toEqual([
      { protocol_version: protocolVersion, contract_digest: contractDigest, client_version: "0.1.0" },
      ["Bearer secret"],
    ]);
  });

  test("waits for the model card and tells the progress", async () => {
    const card: WireMessage = {
      name: "tiny",
      architecture: "LlamaForCausalLM",
      block_count: 2,
      hidden_size: 8,
      vocabulary_size: 50,
      context_length: 64,
      tied_embeddings: true,
      parameters: { total: "5000000000", embedding: "400", by_block: ["10", "20"], final_norm: "8", head: "9" },
      block_linears: [
        { name: "self_attn.q_proj", part: "BLOCK_PART_ATTENTION", in_features: 8, out_features: 16, blocks: [1] },
        { name: "mlp.up_proj", part: "BLOCK_PART_MLP", in_features: 8, out_features: 32 },
      ],
      special_tokens: { bos_id: 1, eos_ids: [2, 3], pad_id: 4 },
      tokenizer_json: "{}",
      tokenizer_config_json: "{ }",
      chat_template: "{{ messages }}",
      weights_hash: "sha256:ab",
      tokenizer_probe: { text: "Hello", token_ids: [5, 6] },
      dtype: "float32",
      license: "apache-2.0",
    };
    const messages: WireMessage[] = [
      { progress: { stage: "reading weights", fraction: 0.5 } },
      { heartbeat: { unix_seconds: 1 } },
      { progress: { stage: "converting" } },
      { card },
    ];
    const streams = {
      "Control/GetModelCard": async (_: WireMessage, stream: { send(message: WireMessage): Promise<void> }) => {
        for (const message of messages) await stream.send(noted("GetModelCardResponse", message));
      },
    };
    const devices = [{ name: "" }, { name: "cpu" }];
    const unary = { "Control/Handshake": () => ({ ...handshakeAnswer, device: devices.shift() ?? {} }) };
    await withBridge({ unary, streams }, async (bridge) => {
      expect(bridge.server.device.name).toBe("");
      const progress: unknown[] = [];
      expect(await bridge.modelCard((step) => progress.push(step))).toEqual({
        name: "tiny",
        architecture: "LlamaForCausalLM",
        blockCount: 2,
        hiddenSize: 8,
        vocabularySize: 50,
        contextLength: 64,
        tiedEmbeddings: true,
        parameters: { total: 5000000000, embedding: 400, byBlock: [10, 20], finalNorm: 8, head: 9 },
        blockLinears: [
          { name: "self_attn.q_proj", part: "attention", inFeatures: 8, outFeatures: 16, blocks: [1] },
          { name: "mlp.up_proj", part: "mlp", inFeatures: 8, outFeatures: 32, blocks: [] },
        ],
        specialTokens: { bosId: 1, eosIds: [2, 3], padId: 4 },
        tokenizerJson: "{}",
        tokenizerConfigJson: "{ }",
        chatTemplate: "{{ messages }}",
        weightsHash: "sha256:ab",
        tokenizerProbe: { text: "Hello", tokenIds: [5, 6] },
        dtype: "float32",
        license: "apache-2.0",
      });
      expect(progress).toEqual([
        { stage: "reading weights", fraction: 0.5 },
        { stage: "converting", fraction: undefined },
      ]);
      expect(bridge.server.device.name).toBe("cpu");
    });
  });

  test("asks for a shutdown", async () => {
    const requests: WireMessage[] = [];
    const unary = {
      "Control/Shutdown": (request: WireMessage) => {
        requests.push(noted("ShutdownRequest", request));
        return {};
      },
    };
    await withBridge({ unary }, (bridge) => bridge.shutdown(7.5));
    expect(requests).toEqual([{ grace_seconds: 7.5 }]);
  });
});

describe("runs", () => {
  test("starts, gets, steers and resumes", async () => {
    const requests: [string, WireMessage][] = [];
    const answering = (name: string, type: string) => (request: WireMessage) => {
      requests.push([name, noted(type, request)]);
      return noted("RunRecord", recordMessage);
    };
    const unary = {
      "Runs/StartRun": answering("start", "StartRunRequest"),
      "Runs/GetRun": answering("get", "GetRunRequest"),
      "Runs/PauseRun": answering("pause", "PauseRunRequest"),
      "Runs/CancelRun": answering("cancel", "CancelRunRequest"),
      "Runs/ResumeRun": answering("resume", "ResumeRunRequest"),
    };
    await withBridge({ unary }, async (bridge) => {
      expect(await bridge.startRun("my-key", specification)).toEqual(record);
      expect(await bridge.getRun("r1")).toEqual(record);
      expect(await bridge.pauseRun("r1")).toEqual(record);
      expect(await bridge.cancelRun("r1")).toEqual(record);
      expect(await bridge.resumeRun("r1", 4)).toEqual(record);
      expect(await bridge.resumeRun("r1")).toEqual(record);
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
        requests.push(noted("StartRunRequest", request));
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
        requests.push(noted("ListRunsRequest", request));
        const ids = request["before_run_id"] === "r2" ? ["r1"] : ["r3", "r2"];
        const runs = ids.map((id) => ({ ...recordMessage, run_id: id }));
        return noted("ListRunsResponse", { runs, more: ids.length > 1 });
      },
    };
    await withBridge({ unary }, async (bridge) => {
      expect((await all(bridge.listRuns())).map(({ runId }) => runId)).toEqual(["r3", "r2", "r1"]);
    });
    expect(requests).toEqual([{}, { before_run_id: "r2" }]);
    fieldsSeen.add("ListRunsRequest.limit"); // 0, the default, is what the bridge always sends.
  });

  test("tells every event", async () => {
    const at = { unix_seconds: 1700000000.5 };
    const events: WireMessage[] = [
      { run_queued: { runs_ahead: 2 } },
      {
        run_started: {
          from_step: 1,
          steps_total: 9,
          trainable_names: ["a", "b"],
          trainable_parameters: "44",
          total_parameters: "70000000000",
        },
      },
      {
        step_ended: {
          step: 2,
          loss: 0.25,
          learning_rate: 0.5,
          gradient_norm: 0.75,
          tokens: "100",
          trained_tokens: "50",
          seconds: 1.25,
          peak_memory_bytes: "8589934592",
        },
      },
      { checkpoint_saved: { checkpoint: { step: 2, bytes: "77", unix_seconds: 5 } } },
      { warning: { code: "slow-device", message: "It is slow." } },
      { run_interrupted: { checkpoint_step: 2 } },
      { run_interrupted: {} },
      { run_paused: { step: 3 } },
      {},
      { run_ended: { state: "RUN_STATE_COMPLETED", steps_done: 9 } },
      { run_ended: { state: "RUN_STATE_CANCELLED", steps_done: 8 } },
      { run_ended: { state: "RUN_STATE_FAILED", steps_done: 7, error: failureMessage } },
    ];
    const requests: WireMessage[] = [];
    const streams = {
      "Runs/WatchRun": async (request: WireMessage, stream: { send(message: WireMessage): Promise<void> }) => {
        requests.push(noted("WatchRunRequest", request));
        await stream.send(noted("WatchRunResponse", { heartbeat: { unix_seconds: 2 } }));
        for (const [index, event] of events.entries()) {
          await stream.send(noted("WatchRunResponse", { event: { sequence: String(index + 4), ...at, ...event } }));
        }
      },
    };
    await withBridge({ streams }, async (bridge) => {
      const told = await all(bridge.watchRun("r1", 4));
      const common = (index: number) => ({ sequence: index + 4, unixSeconds: 1700000000.5 });
      expect(told).toEqual([
        { ...common(0), type: "run-queued", runsAhead: 2 },
        {
          ...common(1),
          type: "run-start",
          fromStep: 1,
          stepsTotal: 9,
          trainableNames: ["a", "b"],
          trainableParameters: 44,
          totalParameters: 70000000000,
        },
        {
          ...common(2),
          type: "step-end",
          step: 2,
          loss: 0.25,
          learningRate: 0.5,
          gradientNorm: 0.75,
          tokens: 100,
          trainedTokens: 50,
          seconds: 1.25,
          peakMemoryBytes: 8589934592,
        },
        { ...common(3), type: "checkpoint-saved", checkpoint: { step: 2, bytes: 77, unixSeconds: 5 } },
        { ...common(4), type: "warning", code: "slow-device", message: "It is slow." },
        { ...common(5), type: "run-interrupted", checkpointStep: 2 },
        { ...common(6), type: "run-interrupted", checkpointStep: undefined },
        { ...common(7), type: "run-paused", step: 3 },
        { ...common(8), type: "warning", code: "unknown-event", message: expect.any(String) },
        { ...common(9), type: "run-end", state: "completed", stepsDone: 9, failure: undefined },
        { ...common(10), type: "run-end", state: "cancelled", stepsDone: 8, failure: undefined },
        { ...common(11), type: "run-end", state: "failed", stepsDone: 7, failure: record.failure },
      ]);
    });
    expect(requests).toEqual([{ run_id: "r1", from_sequence: "4" }]);
  });

  test("fetches files", async () => {
    const requests: WireMessage[] = [];
    const parts = [
      { header: { path: "a/b.bin", bytes: "5000000000", sha256: "ab" } },
      { chunk: Buffer.from([1, 2]) },
      { chunk: Buffer.from([3]) },
    ];
    const streams = {
      "Runs/FetchArtifacts": async (request: WireMessage, stream: { send(message: WireMessage): Promise<void> }) => {
        requests.push(noted("FetchArtifactsRequest", request));
        for (const part of parts) await stream.send(noted("FetchArtifactsResponse", part));
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
    expect(requests).toEqual([{ run_id: "r1", step: 2 }, { run_id: "r1" }]);
  });
});

describe("datasets", () => {
  test("uploads in chunks of the sidecar's size", async () => {
    const tokenIds = Array.from({ length: 498 }, (_, index) => (index < 2 ? 300 : index % 128));
    const dataset = [{ tokenIds, lossWeights: tokenIds.map(() => 1), source: { file: "(memory)", line: 1 } }];
    const { bytes, contentHash } = encodeDataset(dataset);
    const requests: WireMessage[] = [];
    const complete = {
      content_hash: contentHash,
      received_bytes: "2500",
      complete: true,
      datum_count: "3",
      token_count: "400",
      trained_token_count: "200",
    };
    const unary = {
      "Datasets/GetDataset": (request: WireMessage) => {
        noted("GetDatasetRequest", request);
        return { content_hash: contentHash };
      },
    };
    const uploads = {
      "Datasets/UploadDataset": async (messages: AsyncIterable<WireMessage>) => {
        for await (const message of messages) requests.push(noted("UploadDatasetRequest", message));
        return noted("DatasetStatus", complete);
      },
    };
    await withBridge({ unary, uploads }, async (bridge) => {
      expect(await bridge.uploadDataset(dataset)).toEqual({
        contentHash,
        receivedBytes: 2500,
        complete: true,
        datumCount: 3,
        tokenCount: 400,
        trainedTokenCount: 200,
      });
    });
    expect(requests).toEqual([
      { header: { content_hash: contentHash, total_bytes: "2500" } },
      ...[0, 1000, 2000].map((start) => ({ chunk: Buffer.from(bytes.subarray(start, start + 1000)) })),
    ]);
    fieldsSeen.add("UploadHeader.offset"); // See upload-dataset.test.ts.
    // See dataset-codec.test.ts.
    fieldsSeen.add("Datum.token_ids").add("Datum.loss_weights");
  });
});

describe("inference", () => {
  const generation: GenerateRequest = {
    model: { kind: "run", runId: "r1", step: 4 },
    prompts: [[1, 2], [3], [4]],
    maxNewTokens: 8,
    picking: { kind: "sampling", temperature: 0.5, topP: 0.75, topK: 40, seed: 99 },
    stopTokenIds: [7],
    stopStrings: ["\n"],
    maxBatchRows: 2,
  };

  test("generates", async () => {
    const requests: WireMessage[] = [];
    const completions = [
      { index: 1, token_ids: [5, 7], text: "x", finish_reason: "FINISH_REASON_STOP_TOKEN" },
      { token_ids: [6], text: "y", finish_reason: "FINISH_REASON_STOP_STRING" },
      { index: 2, token_ids: [8], text: "z", finish_reason: "FINISH_REASON_LENGTH" },
    ];
    const streams = {
      "Inference/Generate": async (request: WireMessage, stream: { send(message: WireMessage): Promise<void> }) => {
        requests.push(noted("GenerateRequest", request));
        await stream.send(noted("GenerateResponse", { heartbeat: { unix_seconds: 1 } }));
        for (const completion of completions) await stream.send(noted("GenerateResponse", { completion }));
      },
    };
    await withBridge({ streams }, async (bridge) => {
      expect(await all(bridge.generate(generation))).toEqual([
        { index: 1, tokenIds: [5, 7], text: "x", finishReason: "stop-token" },
        { index: 0, tokenIds: [6], text: "y", finishReason: "stop-string" },
        { index: 2, tokenIds: [8], text: "z", finishReason: "length" },
      ]);
      await all(bridge.generate({ ...generation, model: { kind: "base" }, picking: { kind: "greedy" } }));
    });
    const common = {
      prompts: [{ token_ids: [1, 2] }, { token_ids: [3] }, { token_ids: [4] }],
      max_new_tokens: 8,
      stop_token_ids: [7],
      stop_strings: ["\n"],
      max_batch_rows: 2,
    };
    expect(requests).toEqual([
      {
        ...common,
        model: { run: { run_id: "r1", step: 4 } },
        sampling: { temperature: 0.5, top_p: 0.75, top_k: 40, seed: "99" },
      },
      { ...common, model: { base: {} }, greedy: {} },
    ]);
  });

  const scoring: ScoreRequest = {
    model: { kind: "run", runId: "r1" },
    sequences: [
      { tokenIds: [1, 2, 3], from: 1 },
      { tokenIds: [4, 5], from: 1 },
    ],
    klFromBase: true,
  };

  test("scores", async () => {
    const requests: WireMessage[] = [];
    const score = { log_probabilities: [-0.5, -1.25], is_greedy: [true, false], kl_from_base: [0.5, 0.25] };
    const streams = {
      "Inference/Score": async (request: WireMessage, stream: { send(message: WireMessage): Promise<void> }) => {
        requests.push(noted("ScoreRequest", request));
        for (const message of [{ heartbeat: {} }, { score: { index: 1 } }, { score }]) {
          await stream.send(noted("ScoreResponse", message));
        }
      },
    };
    await withBridge({ streams }, async (bridge) => {
      expect(await all(bridge.score(scoring))).toEqual([
        { index: 1, logProbabilities: [], isGreedy: [], klFromBase: [] },
        { index: 0, logProbabilities: [-0.5, -1.25], isGreedy: [true, false], klFromBase: [0.5, 0.25] },
      ]);
    });
    expect(requests).toEqual([
      {
        model: { run: { run_id: "r1" } },
        sequences: [
          { token_ids: [1, 2, 3], from: 1 },
          { token_ids: [4, 5], from: 1 },
        ],
        kl_from_base: true,
      },
    ]);
  });

  test.each([
    ["a result that never comes", [0, 1]],
    ["a result that comes twice", [0, 1, 1]],
    ["a result of no prompt", [0, 1, 3]],
  ])("does not accept %s", async (_, indices) => {
    const streams = {
      "Inference/Generate": async (_request: WireMessage, stream: { send(message: WireMessage): Promise<void> }) => {
        for (const index of indices) {
          await stream.send({ completion: { index, finish_reason: "FINISH_REASON_LENGTH" } });
        }
      },
    };
    await withBridge({ streams }, async (bridge) => {
      await expect(all(bridge.generate(generation))).rejects.toMatchObject({
        name: "BridgeError",
        code: "call-failed",
      });
    });
  });

  test("checks the number of sequences before sending", async () => {
    await withBridge({}, async (bridge) => {
      const prompts = [[1], [2], [3], [4]];
      await expect(all(bridge.generate({ ...generation, prompts }))).rejects.toMatchObject({
        code: "limit-exceeded",
        found: "4",
        wanted: "at most 3",
      });
      const sequences = prompts.map(() => ({ tokenIds: [1, 2], from: 1 }));
      await expect(all(bridge.score({ ...scoring, sequences }))).rejects.toMatchObject({ code: "limit-exceeded" });
    });
  });
});
