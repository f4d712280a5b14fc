/** The real sidecar, spoken to by the SDK's bridge and by a second client that shares no code with it: equal results. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { ModelReference, SharedPrefix } from "../../sdk/src/evaluation/inference.js";
import type { ModelCard } from "../../sdk/src/layers/model-card.js";
import type { TrainingEvent } from "../../sdk/src/training/run-event.js";
import type { ArtifactPart, Bridge } from "../../sdk/src/transport/bridge.js";
import { encodeDataset } from "../../sdk/src/transport/dataset-codec.js";
import { contractDigest, protocolVersion } from "../../sdk/src/transport/gen/contract.js";
import { openBridge } from "../../sdk/src/transport/grpc-bridge.js";
import { all } from "../support/all.js";
import type { WireMessage } from "../support/contract-definitions.js";
import { SecondClient } from "../support/second-client.js";
import { startTestSidecar, type TestSidecar } from "../support/test-sidecar.js";
import { specificationFor, specificationMessageFor, trainingRows } from "../support/training-pair.js";

// A real sidecar on a machine that others use as well.
jest.setTimeout(180_000);

const clientVersion = "0.1.0";
const rows = trainingRows(16);
const dataset = encodeDataset(rows);
const prompts = [[10, 11, 12], [20, 21], [30]];

let sidecar: TestSidecar;
let bridge: Bridge;
let second: SecondClient;
let card: ModelCard;

beforeAll(async () => {
  sidecar = await startTestSidecar();
  bridge = await openBridge({ address: sidecar.address, token: sidecar.token, clientVersion });
  second = new SecondClient(sidecar.address, sidecar.token);
  card = await bridge.modelCard();
}, 120_000);

afterAll(async () => {
  second.close();
  bridge.close();
  await sidecar.stop();
});

/** What the second client's stream says, heartbeats apart. */
async function told(name: string, request: WireMessage, field: string): Promise<WireMessage[]> {
  const messages = await all(second.stream(name, request));
  return messages.flatMap((message) => (message[field] === undefined ? [] : [{ ...Object(message[field]) }]));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Trains a short run to its end and returns its id. */
async function trained(key: string, steps = 3): Promise<string> {
  await bridge.uploadDataset(rows);
  const { runId } = await bridge.startRun(key, specificationFor(card, dataset.contentHash, steps));
  expect((await all(bridge.watchRun(runId, 1))).at(-1)).toMatchObject({ type: "run-end", state: "completed" });
  return runId;
}

describe("control", () => {
  test("both sides have the same contract, and both clients read the same facts", async () => {
    const request = { protocol_version: protocolVersion, contract_digest: contractDigest, client_version: "0" };
    const facts = await second.call("Control/Handshake", request);
    expect(bridge.server.contractDigest).toBe(contractDigest);
    expect(facts).toMatchObject({
      protocol_version: bridge.server.protocolVersion,
      contract_digest: contractDigest,
      server_version: bridge.server.serverVersion,
      package_versions: bridge.server.packageVersions,
      device: { name: "cpu", dtype: "float32", threads: 1 },
      capabilities: bridge.server.capabilities,
      limits: {
        max_message_bytes: String(bridge.server.limits.maxMessageBytes),
        max_chunk_bytes: String(bridge.server.limits.maxChunkBytes),
        max_sequence_tokens: bridge.server.limits.maxSequenceTokens,
        max_request_sequences: bridge.server.limits.maxRequestSequences,
      },
      process_id: sidecar.process.pid,
    });
    expect(bridge.server.device).toMatchObject({ name: "cpu", dtype: "float32", threads: 1 });
    expect(bridge.server.limits.maxSequenceTokens).toBe(card.contextLength);
  });

  test("both clients read the same model card", async () => {
    const [message] = await told("Control/GetModelCard", {}, "card");
    expect(message).toMatchObject({
      name: card.name,
      architecture: card.architecture,
      block_count: card.blockCount,
      hidden_size: card.hiddenSize,
      vocabulary_size: card.vocabularySize,
      context_length: card.contextLength,
      parameters: {
        total: String(card.parameters.total),
        embedding: String(card.parameters.embedding),
        by_block: card.parameters.byBlock.map(String),
        final_norm: String(card.parameters.finalNorm),
        head: String(card.parameters.head),
      },
      special_tokens: {
        bos_id: card.specialTokens.bosId,
        eos_ids: card.specialTokens.eosIds,
        pad_id: card.specialTokens.padId,
      },
      tokenizer_json: card.tokenizerJson,
      tokenizer_config_json: card.tokenizerConfigJson,
      chat_template: card.chatTemplate,
      weights_hash: card.weightsHash,
      tokenizer_probe: { text: card.tokenizerProbe.text, token_ids: card.tokenizerProbe.tokenIds },
      template_probe: {
        messages_json: card.templateProbe?.messagesJson,
        local_time: card.templateProbe?.localTime,
        text: card.templateProbe?.text,
      },
      dtype: card.dtype,
      quantization: card.quantization,
    });
    const linears = card.blockLinears.map(({ name, part, inFeatures, outFeatures }) => ({
      name,
      part: `BLOCK_PART_${part.toUpperCase()}`,
      in_features: inFeatures,
      out_features: outFeatures,
    }));
    expect(message?.["block_linears"]).toEqual(linears);
    expect(linears.length).toBeGreaterThan(0);
    const { total, embedding, byBlock, finalNorm, head } = card.parameters;
    expect(byBlock.reduce((sum, count) => sum + count, embedding + finalNorm + head)).toBe(total);
  });

  test.each([
    ["a wrong token", "wrong"],
    ["no token", undefined],
  ])("%s opens nothing", async (_, token) => {
    const stranger = new SecondClient(sidecar.address, token);
    const unauthenticated = 16;
    await expect(stranger.call("Runs/ListRuns")).rejects.toMatchObject({ code: unauthenticated });
    await expect(all(stranger.stream("Control/GetModelCard"))).rejects.toMatchObject({ code: unauthenticated });
    stranger.close();
    const opening = openBridge({ address: sidecar.address, token: token ?? "", clientVersion });
    await expect(opening).rejects.toMatchObject({ name: "BridgeError", code: "unauthenticated" });
  });
});

describe("datasets", () => {
  test("the sidecar reads what the SDK encoded", async () => {
    const status = await bridge.uploadDataset(rows);
    expect(status).toEqual({
      contentHash: dataset.contentHash,
      receivedBytes: dataset.bytes.length,
      complete: true,
      datumCount: 16,
      tokenCount: 16 * 24,
      trainedTokenCount: 16 * 12,
    });
    expect(await second.call("Datasets/GetDataset", { content_hash: dataset.contentHash })).toEqual({
      content_hash: dataset.contentHash,
      received_bytes: String(dataset.bytes.length),
      complete: true,
      datum_count: "16",
      token_count: String(16 * 24),
      trained_token_count: String(16 * 12),
    });
  });

  test("a large data set that one client began is ended by the other", async () => {
    const largeRows = trainingRows(4000, 500);
    const large = encodeDataset(largeRows);
    const { maxChunkBytes } = bridge.server.limits;
    expect(large.bytes.length).toBeGreaterThan(2 * maxChunkBytes);
    const header = { content_hash: large.contentHash, total_bytes: String(large.bytes.length) };
    const part = await second.upload("Datasets/UploadDataset", [
      { header },
      { chunk: Buffer.from(large.bytes.subarray(0, maxChunkBytes)) },
    ]);
    expect(part).toEqual({ content_hash: large.contentHash, received_bytes: String(maxChunkBytes) });
    expect(await bridge.uploadDataset(largeRows)).toMatchObject({
      complete: true,
      receivedBytes: large.bytes.length,
      datumCount: 4000,
      tokenCount: 2_000_000,
    });
  });

  test("bytes that are not what they claim are refused", async () => {
    const header = { content_hash: "0".repeat(64), total_bytes: String(dataset.bytes.length) };
    const uploading = second.upload("Datasets/UploadDataset", [{ header }, { chunk: Buffer.from(dataset.bytes) }]);
    const invalidArgument = 3;
    await expect(uploading).rejects.toMatchObject({ code: invalidArgument });
  });

  test("rows that the model can't take are refused with their places", async () => {
    const outside = { tokenIds: [1, card.vocabularySize], lossWeights: [0, 1], source: { file: "(memory)", line: 1 } };
    await expect(bridge.uploadDataset([outside])).rejects.toMatchObject({ name: "DataError", code: "dataset-invalid" });
  });
});

describe("runs", () => {
  test("both clients start the same run, and see the same events, record and files", async () => {
    await bridge.uploadDataset(rows);
    const specification = specificationFor(card, dataset.contentHash, 4);
    const request = { key: "both", specification: specificationMessageFor(specification) };
    const started = await second.call("Runs/StartRun", request);
    // The same key with the same content, though encoded by another library.
    const { runId } = await bridge.startRun("both", specification);
    expect(started["run_id"]).toBe(runId);

    const events = await all(bridge.watchRun(runId, 1));
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === "step-end")).toHaveLength(4);
    expect([types[0], types[1], types.at(-1)]).toEqual(["run-queued", "run-start", "run-end"]);
    const messages = await told("Runs/WatchRun", { run_id: runId }, "event");
    expect(messages.map(summaryOfMessage)).toEqual(events.map(summaryOfEvent));

    const record = await bridge.getRun(runId);
    expect(record).toMatchObject({ state: "completed", stepsDone: 4, stepsTotal: 4, lastSequence: events.length });
    const { batchPlan: _, layerPlan, ...kept } = specification;
    expect(record.specification).toMatchObject({ ...kept, layerPlan: { blocks: layerPlan.blocks, blockCount: 6 } });
    expect(await second.call("Runs/GetRun", { run_id: runId })).toMatchObject({
      state: "RUN_STATE_COMPLETED",
      steps_done: 4,
      last_sequence: String(events.length),
      created_unix_seconds: record.createdUnixSeconds,
      ended_unix_seconds: record.endedUnixSeconds,
      checkpoints: record.checkpoints.map(({ step, bytes, unixSeconds, weightsHash }) => ({
        step,
        bytes: String(bytes),
        unix_seconds: unixSeconds,
        weights_hash: weightsHash,
      })),
    });
    const files = await filesOf(bridge.fetchArtifacts(runId));
    expect([...files.keys()].sort()).toEqual(["adapter_base.json", "adapter_config.json", "adapter_model.safetensors"]);
    expect(
      await filesOf(partsOf(second.stream("Runs/FetchArtifacts", { run_id: runId, form: "ARTIFACT_FORM_TRAINED" }))),
    ).toEqual(files);
  });

  test("the same key with another specification is a conflict", async () => {
    const runId = await trained("conflict");
    const other = specificationFor(card, dataset.contentHash, 5);
    await expect(bridge.startRun("conflict", other)).rejects.toMatchObject({
      name: "RunError",
      code: "run-key-conflict",
      facts: { runId },
    });
  });

  test("a run is paused by one client, resumed by the other, and told without a gap", async () => {
    await bridge.uploadDataset(rows);
    const { runId } = await bridge.startRun("pause", specificationFor(card, dataset.contentHash, 60));
    const before: TrainingEvent[] = [];
    for await (const event of bridge.watchRun(runId, 1)) {
      before.push(event);
      if (event.type === "step-end" && event.step === 2) await second.call("Runs/PauseRun", { run_id: runId });
    }
    expect(before.at(-1)?.type).toBe("run-paused");
    const paused = await bridge.getRun(runId);
    expect(paused.state).toBe("paused");
    expect(paused.stepsDone).toBeLessThan(60);

    await bridge.resumeRun(runId);
    const after = await all(bridge.watchRun(runId, before.length + 1));
    expect(after.at(-1)).toMatchObject({ type: "run-end", state: "completed", stepsDone: 60 });
    expect(after.find(({ type }) => type === "run-start")).toMatchObject({ fromStep: paused.stepsDone });
    const whole = await all(bridge.watchRun(runId, 1));
    expect(whole).toEqual([...before, ...after]);
    expect(whole.filter(({ type }) => type === "step-end")).toHaveLength(60);
    const messages = await told("Runs/WatchRun", { run_id: runId, from_sequence: "3" }, "event");
    expect(messages.map(summaryOfMessage)).toEqual(whole.slice(2).map(summaryOfEvent));
  }, 120_000);

  test("an open run waits, is extended by the second client and finished by the first", async () => {
    await bridge.uploadDataset(rows);
    const specification = { ...specificationFor(card, dataset.contentHash, 1), open: true, stepsTotal: 4 };
    const { runId } = await bridge.startRun("open", specification);
    const steps = [{ micro_batches: [{ datum_indices: [0, 1] }] }];
    const told: string[] = [];
    for await (const event of bridge.watchRun(runId, 1)) {
      told.push(event.type);
      if (event.type !== "run-waiting") continue;
      expect(await bridge.getRun(runId)).toMatchObject({ state: "waiting", stepsDone: event.step, stepsTotal: 4 });
      if (event.step > 1) await bridge.finishRun(runId, "enough");
      else await second.call("Runs/ExtendRun", { run_id: runId, number: 1, batch_plan: { steps } });
    }
    expect(told.filter((type) => type === "step-end" || type === "run-waiting")).toEqual([
      "step-end",
      "run-waiting",
      "step-end",
      "run-waiting",
    ]);
    const last = (await bridge.getRun(runId)).lastSequence;
    expect(await all(bridge.watchRun(runId, last))).toMatchObject([
      { type: "run-end", state: "completed", stepsDone: 2, reason: "enough" },
    ]);
    const twice = [...steps, ...steps];
    await expect(
      second.call("Runs/ExtendRun", { run_id: runId, number: 1, batch_plan: { steps: twice } }),
    ).rejects.toMatchObject({ code: 6 });
  });

  test("a run that is cancelled ends, and watching it from its end gives nothing", async () => {
    await bridge.uploadDataset(rows);
    const { runId } = await bridge.startRun("cancel", specificationFor(card, dataset.contentHash, 500));
    let last: TrainingEvent | undefined;
    for await (const event of bridge.watchRun(runId, 1)) {
      last = event;
      if (event.type === "step-end" && event.step === 1) await bridge.cancelRun(runId);
    }
    expect(last).toMatchObject({ type: "run-end", state: "cancelled" });
    expect(await all(bridge.watchRun(runId, (last?.sequence ?? 0) + 1))).toEqual([]);
  });

  test("both clients list the same runs, newest first", async () => {
    await trained("older", 1);
    await trained("newer", 1);
    const records = await all(bridge.listRuns());
    expect(records.slice(0, 2).map(({ key }) => key)).toEqual(["newer", "older"]);
    const page = await second.call("Runs/ListRuns", { limit: 1, before_run_id: records[0]?.runId ?? "" });
    expect(page).toMatchObject({ runs: [{ run_id: records[1]?.runId }] });
  });

  test("a run that does not exist is named as such to both", async () => {
    await expect(bridge.getRun("no-such-run")).rejects.toMatchObject({
      name: "RunError",
      code: "run-not-found",
      facts: { runId: "no-such-run" },
    });
    await expect(all(bridge.watchRun("no-such-run", 1))).rejects.toMatchObject({ code: "run-not-found" });
    const notFound = 5;
    await expect(second.call("Runs/GetRun", { run_id: "no-such-run" })).rejects.toMatchObject({ code: notFound });
  });

  test("every fault of a specification is told at once", async () => {
    await bridge.uploadDataset(rows);
    const specification = specificationFor(card, dataset.contentHash, 1);
    const optimizer = { ...specification.optimizer, learningRate: 0, beta1: 1.5 };
    const starting = bridge.startRun("faulty", { ...specification, optimizer });
    await expect(starting).rejects.toMatchObject({
      name: "OptionsError",
      message: expect.stringMatching(/learning_rate[\s\S]*beta1/),
    });
  });
});

describe("preflight", () => {
  test("both clients measure the same plan, and no run comes of it", async () => {
    const specification = specificationFor(card, dataset.contentHash, 2);
    const runsBefore = (await all(bridge.listRuns())).length;
    const request = { sequenceTokens: [24, 12], trainedTokens: 9, promptTokens: 5, maxNewTokens: 7, promptRows: 2 };
    const ours = await bridge.preflight({ specification, ...request, accumulates: true, measureAnew: true });
    const { batch_plan: _, ...asked } = specificationMessageFor(specification);
    const [theirs] = await told(
      "Preflights/RunPreflight",
      {
        specification: asked,
        sequence_tokens: [24, 12],
        trained_tokens: 9,
        prompt_tokens: 5,
        max_new_tokens: 7,
        prompt_rows: 2,
        accumulates: true,
      },
      "report",
    );
    const { trainable, gradients, optimizer, keyValueCache } = ours.memory;
    expect(theirs).toMatchObject({
      memory: {
        trainable: String(trainable),
        gradients: String(gradients),
        optimizer: String(optimizer),
        key_value_cache: String(keyValueCache),
      },
      fits: true,
    });
    expect(ours.fits).toBe(true);
    expect(ours.measuredUnixSeconds).toBeUndefined();
    // Theirs had not to be measured: ours was kept.
    expect(theirs).toMatchObject({ measured_unix_seconds: expect.any(Number), update_seconds: ours.updateSeconds });
    expect(trainable).toBeGreaterThan(0);
    expect(ours.trainingPeakBytes).toBeGreaterThan(ours.memory.weights);
    expect(ours.microBatchSeconds).toBeGreaterThan(0);
    expect((await all(bridge.listRuns())).length).toBe(runsBefore);
  });
});

describe("inference", () => {
  test("both clients generate the same, greedily and by a seed", async () => {
    const request = {
      model: { kind: "base" as const },
      prompts,
      maxNewTokens: 5,
      stopTokenIds: [2],
      stopStrings: [],
      maxBatchRows: 2,
    };
    const message = {
      model: { base: {} },
      prompts: prompts.map((ids) => ({ token_ids: ids })),
      max_new_tokens: 5,
      stop_token_ids: [2],
      max_batch_rows: 2,
    };
    const pickings = [
      [{ kind: "greedy" }, { greedy: {} }],
      [
        { kind: "sampling", temperature: 1, topP: 0.9, topK: 50, seed: 3 },
        { sampling: { temperature: 1, top_p: 0.9, top_k: 50, seed: "3" } },
      ],
    ] as const;
    for (const [picking, pickingMessage] of pickings) {
      const ours = (await all(bridge.generate({ ...request, picking }))).sort((a, b) => a.index - b.index);
      const theirs = await told("Inference/Generate", { ...message, ...pickingMessage }, "completion");
      expect(ours.map(({ index }) => index)).toEqual([0, 1, 2]);
      const found = theirs.map((one) => ({ index: 0, ...one })).sort((a, b) => a.index - b.index);
      expect(found).toMatchObject(
        ours.map(({ index, tokenIds, text }) => ({ index, token_ids: tokenIds, ...(text && { text }) })),
      );
    }
  });

  test("both clients score the same, and training shows in the drift", async () => {
    const runId = await trained("drift", 8);
    const sequences = trainingRows(3).map(({ tokenIds }) => ({ tokenIds, from: 12 }));
    const model = { kind: "run" as const, runId };
    const ours = (await all(bridge.score({ model, sequences, klFromBase: true }))).sort((a, b) => a.index - b.index);
    const theirs = await told(
      "Inference/Score",
      {
        model: { run: { run_id: runId } },
        sequences: sequences.map(({ tokenIds, from }) => ({ token_ids: tokenIds, from })),
        kl_from_base: true,
      },
      "score",
    );
    const found = theirs.map((one) => ({ index: 0, ...one })).sort((a, b) => a.index - b.index);
    expect(found).toEqual(
      ours.map(({ index, logProbabilities, isGreedy, klFromBase }) => ({
        index,
        log_probabilities: logProbabilities,
        is_greedy: isGreedy,
        kl_from_base: klFromBase,
      })),
    );
    for (const { logProbabilities, isGreedy, klFromBase } of ours) {
      expect([logProbabilities.length, isGreedy.length, klFromBase.length]).toEqual([12, 12, 12]);
      expect(Math.max(...logProbabilities)).toBeLessThanOrEqual(0);
      expect(Math.max(...klFromBase)).toBeGreaterThan(0);
    }
    const base = await all(bridge.score({ model: { kind: "base" }, sequences, klFromBase: false }));
    const mean = (scores: typeof ours) =>
      scores.flatMap(({ logProbabilities }) => logProbabilities).reduce((a, b) => a + b);
    expect(mean(ours)).toBeGreaterThan(mean(base));
  });

  test("what base and run share below the band changes no answer; a block that is not there is told", async () => {
    const run = { kind: "run" as const, runId: await trained("shared", 2) };
    const sequences = trainingRows(3).map(({ tokenIds }) => ({ tokenIds, from: 12 }));
    const generation = { prompts, maxNewTokens: 5, picking: { kind: "greedy" as const }, maxBatchRows: 0 };
    const answers = async (model: ModelReference, sharedPrefix: SharedPrefix | undefined) => {
      const stops = { stopTokenIds: [2], stopStrings: [] };
      const generated = await all(bridge.generate({ ...generation, ...stops, model, sharedPrefix }));
      const scored = await all(bridge.score({ model, sequences, klFromBase: true, sharedPrefix }));
      return [generated, scored];
    };
    const shared = { firstBlock: 1, diskBytes: 2 ** 20, owner: "test" };
    const wanted = [await answers({ kind: "base" }, undefined), await answers(run, undefined)];
    expect([await answers({ kind: "base" }, shared), await answers(run, shared)]).toEqual(wanted);
    const fault = {
      code: "invalid-options",
      found: `shared_prefix.first_block: 99, wanted 1 to ${card.blockCount - 1}`,
    };
    await expect(answers(run, { ...shared, firstBlock: 99 })).rejects.toMatchObject(fault);
    const scoring = bridge.score({
      model: run,
      sequences,
      klFromBase: false,
      sharedPrefix: { ...shared, firstBlock: 99 },
    });
    await expect(all(scoring)).rejects.toMatchObject(fault);
  });

  test("leaving a generation leaves the sidecar free for the next call", async () => {
    const long = Array.from({ length: 64 }, (_, row) => [4 + row, 5, 6]);
    const request = { stopTokenIds: [], stopStrings: [], picking: { kind: "greedy" as const }, maxBatchRows: 1 };
    for await (const _ of bridge.generate({ ...request, model: { kind: "base" }, prompts: long, maxNewTokens: 200 }))
      break;
    const quick = bridge.generate({ ...request, model: { kind: "base" }, prompts: [[1]], maxNewTokens: 1 });
    expect(await all(quick)).toHaveLength(1);
  });

  test("a sequence that is too long is told with its limit", async () => {
    const tokenIds = Array.from({ length: card.contextLength + 2 }, () => 5);
    const scoring = bridge.score({ model: { kind: "base" }, sequences: [{ tokenIds, from: 1 }], klFromBase: false });
    await expect(all(scoring)).rejects.toMatchObject({ name: "DataError", code: "sequence-too-long" });
  });
});

/** The files of a stream by path, with their hashes and sizes checked. */
async function filesOf(parts: AsyncIterable<ArtifactPart>): Promise<Map<string, string>> {
  const files = new Map<string, { header: Extract<ArtifactPart, { kind: "header" }>; chunks: Uint8Array[] }>();
  let current: Uint8Array[] = [];
  for await (const part of parts) {
    if (part.kind === "chunk") current.push(part.data);
    else {
      current = [];
      files.set(part.path, { header: part, chunks: current });
    }
  }
  return new Map(
    [...files].map(([path, { header, chunks }]) => {
      const bytes = Buffer.concat(chunks);
      expect([bytes.length, sha256(bytes)]).toEqual([header.bytes, header.sha256]);
      return [path, header.sha256];
    }),
  );
}

async function* partsOf(messages: AsyncIterable<WireMessage>): AsyncGenerator<ArtifactPart> {
  for await (const { header, chunk } of messages) {
    if (Buffer.isBuffer(chunk)) yield { kind: "chunk", data: chunk };
    else {
      const { path, bytes, sha256 } = Object(header);
      yield { kind: "header", path, bytes: Number(bytes), sha256 };
    }
  }
}

/** What both clients can say of an event: enough to see that it is the same one. */
function summaryOfEvent(event: TrainingEvent): object {
  const { sequence, unixSeconds, type } = event;
  return { sequence, unixSeconds, type, loss: event.type === "step-end" ? event.loss : undefined };
}

function summaryOfMessage(message: WireMessage): object {
  const { sequence, unix_seconds, ...rest } = message;
  const [kind] = Object.keys(rest);
  const types: Record<string, string> = {
    run_queued: "run-queued",
    run_started: "run-start",
    step_ended: "step-end",
    checkpoint_saved: "checkpoint-saved",
    warning: "warning",
    run_paused: "run-paused",
    run_interrupted: "run-interrupted",
    run_ended: "run-end",
  };
  const { loss } = Object(rest["step_ended"]);
  return { sequence: Number(sequence), unixSeconds: unix_seconds, type: types[kind ?? ""], loss };
}
