/** Every event of a run, with every field of the contract set. */
import { afterAll, expect, test } from "@jest/globals";
import { all } from "../../../support/all.js";
import { ContractCoverage } from "../../../support/contract-coverage.js";
import type { WireMessage } from "../../../support/contract-definitions.js";
import { failureMessage, withBridge } from "../../../support/scripted-answers.js";
import type { ScriptedStream } from "../../../support/scripted-sidecar.js";

const coverage = new ContractCoverage(["WatchRunRequest", "WatchRunResponse"]);
afterAll(() => expect(coverage.missing()).toEqual([]));

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
        cached_prefix_tokens: "300",
        base_divergence: 0.125,
        joules: 2.5,
      },
    },
    { checkpoint_saved: { checkpoint: { step: 2, bytes: "77", unix_seconds: 5, weights_hash: "ab" } } },
    { warning: { code: "slow-device", message: "It is slow." } },
    { run_interrupted: { checkpoint_step: 2 } },
    { run_interrupted: {} },
    { run_paused: { step: 3 } },
    {},
    { run_waiting: { step: 6 } },
    { run_ended: { state: "RUN_STATE_COMPLETED", steps_done: 9, reason: "max-seconds" } },
    { run_ended: { state: "RUN_STATE_CANCELLED", steps_done: 8 } },
    { run_ended: { state: "RUN_STATE_FAILED", steps_done: 7, error: failureMessage } },
  ];
  const requests: WireMessage[] = [];
  const streams = {
    "Runs/WatchRun": async (request: WireMessage, stream: ScriptedStream) => {
      requests.push(coverage.note("WatchRunRequest", request));
      await stream.send(coverage.note("WatchRunResponse", { heartbeat: { unix_seconds: 2 } }));
      for (const [index, event] of events.entries()) {
        await stream.send(
          coverage.note("WatchRunResponse", { event: { sequence: String(index + 4), ...at, ...event } }),
        );
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
        cachedPrefixTokens: 300,
        baseDivergence: 0.125,
        joules: 2.5,
      },
      { ...common(3), type: "checkpoint-saved", checkpoint: { step: 2, bytes: 77, unixSeconds: 5, weightsHash: "ab" } },
      { ...common(4), type: "warning", code: "slow-device", message: "It is slow." },
      { ...common(5), type: "run-interrupted", checkpointStep: 2 },
      { ...common(6), type: "run-interrupted", checkpointStep: undefined },
      { ...common(7), type: "run-paused", step: 3 },
      { ...common(8), type: "warning", code: "unknown-event", message: expect.any(String) },
      { ...common(9), type: "run-waiting", step: 6 },
      { ...common(10), type: "run-end", state: "completed", stepsDone: 9, failure: undefined, reason: "max-seconds" },
      { ...common(11), type: "run-end", state: "cancelled", stepsDone: 8, failure: undefined, reason: "" },
      {
        ...common(12),
        type: "run-end",
        state: "failed",
        stepsDone: 7,
        failure: {
          code: "out-of-memory",
          message: "Step 3 of run r1 did not fit.",
          found: "9 GB",
          wanted: "8 GB",
          nextStep: "Use smaller micro-batches.",
          facts: { runId: "r1", microBatch: "4" },
        },
        reason: "",
      },
    ]);
  });
  expect(requests).toEqual([{ run_id: "r1", from_sequence: "4" }]);
});
