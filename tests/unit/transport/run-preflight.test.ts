/** A preflight against an independent decoder, with every field of the contract set. */
import { afterAll, expect, test } from "@jest/globals";
import type { PreflightRequest } from "../../../sdk/src/training/preflight.js";
import { ContractCoverage } from "../../support/contract-coverage.js";
import type { WireMessage } from "../../support/contract-definitions.js";
import { plainRun } from "../../support/plain-run.js";
import { withBridge } from "../../support/scripted-answers.js";
import type { ScriptedStream } from "../../support/scripted-sidecar.js";

const coverage = new ContractCoverage(["RunPreflightResponse"]);
afterAll(() => expect(coverage.missing()).toEqual([]));

const asked: PreflightRequest = {
  specification: {
    datasetHashes: ["d"],
    layerPlan: { blocks: [{ index: 2, train: "full" }], blockCount: 6, why: "" },
    method: { kind: "full-weights" },
    batchPlan: { steps: [[[0, 1]]] },
    optimizer: {
      learningRate: 0.01,
      beta1: 0.5,
      beta2: 0.75,
      epsilon: 1,
      weightDecay: 0,
      maxGradientNorm: 1,
      schedule: "constant",
      warmupSteps: 0,
      finalLearningRateShare: 1,
      decaySteps: 0,
      eightBit: false,
    },
    seed: 7,
    checkpointEverySteps: 0,
    keepCheckpoints: 1,
    weightsHash: "sha256:w",
    clientNotes: "",
    ...plainRun,
    stepsTotal: 1,
  },
  sequenceTokens: [100, 20],
  trainedTokens: 60,
  promptTokens: 30,
  maxNewTokens: 40,
  promptRows: 8,
  accumulates: true,
  measureAnew: true,
};

const answer: WireMessage = {
  memory: { weights: "1", trainable: "2", gradients: "3", optimizer: "4", activations: "5", key_value_cache: "6" },
  training_peak_bytes: "15",
  generation_peak_bytes: "7",
  available_bytes: "100",
  fits: true,
  micro_batch_seconds: 0.5,
  update_seconds: 0.25,
  micro_batch_joules: 2.5,
  measured_unix_seconds: 1.75e9,
};

function answering(messages: readonly WireMessage[], requests: WireMessage[] = []) {
  return {
    "Preflights/RunPreflight": async (request: WireMessage, stream: ScriptedStream) => {
      requests.push(request);
      for (const message of messages) await stream.send(coverage.note("RunPreflightResponse", message));
    },
  };
}

test("asks for what is to be tried, without data, and reads what was measured", async () => {
  const requests: WireMessage[] = [];
  const streams = answering([{ heartbeat: { unix_seconds: 1 } }, { report: answer }], requests);
  await withBridge({ streams }, async (bridge) => {
    expect(await bridge.preflight(asked)).toEqual({
      memory: { weights: 1, trainable: 2, gradients: 3, optimizer: 4, activations: 5, keyValueCache: 6 },
      trainingPeakBytes: 15,
      generationPeakBytes: 7,
      availableBytes: 100,
      fits: true,
      microBatchSeconds: 0.5,
      updateSeconds: 0.25,
      microBatchJoules: 2.5,
      measuredUnixSeconds: 1.75e9,
    });
  });
  expect(requests).toMatchObject([
    {
      specification: { layer_plan: { blocks: [{ index: 2 }], block_count: 6 }, full_weights: {}, seed: "7" },
      sequence_tokens: [100, 20],
      trained_tokens: 60,
      prompt_tokens: 30,
      max_new_tokens: 40,
      prompt_rows: 8,
      accumulates: true,
      measure_anew: true,
    },
  ]);
  expect(requests[0]?.["specification"]).not.toHaveProperty("batch_plan");
});

test("energy that is not counted stays unknown, and a time that is not told is now", async () => {
  const { micro_batch_joules: _, measured_unix_seconds: __, ...fresh } = answer;
  await withBridge({ streams: answering([{ report: fresh }]) }, async (bridge) => {
    const measured = await bridge.preflight(asked);
    expect(measured.microBatchJoules).toBeUndefined();
    expect(measured.measuredUnixSeconds).toBeUndefined();
  });
});

test.each([
  ["no report", []],
  ["a report without memory", [{ report: { fits: true } }]],
])("%s breaks the contract", async (_, messages) => {
  await withBridge({ streams: answering(messages) }, async (bridge) => {
    await expect(bridge.preflight(asked)).rejects.toMatchObject({ code: "call-failed" });
  });
});
