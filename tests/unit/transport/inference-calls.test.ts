/** Generation and scores against an independent decoder, with every field of the contract set. */
import { afterAll, expect, test } from "@jest/globals";
import type { GenerateRequest, ScoreRequest } from "../../../sdk/src/evaluation/inference.js";
import { all } from "../../support/all.js";
import { ContractCoverage } from "../../support/contract-coverage.js";
import type { WireMessage } from "../../support/contract-definitions.js";
import { withBridge } from "../../support/scripted-answers.js";
import type { ScriptedStream } from "../../support/scripted-sidecar.js";

const coverage = new ContractCoverage(["GenerateRequest", "GenerateResponse", "ScoreRequest", "ScoreResponse"]);
afterAll(() => expect(coverage.missing()).toEqual([]));

const generation: GenerateRequest = {
  model: { kind: "run", runId: "r1", step: 4 },
  prompts: [[1, 2], [3], [4]],
  maxNewTokens: 8,
  picking: { kind: "sampling", temperature: 0.5, topP: 0.75, topK: 40, seed: 99 },
  stopTokenIds: [7],
  stopStrings: ["\n"],
  maxBatchRows: 2,
  sharedPrefix: { firstBlock: 6, diskBytes: 2 ** 33, owner: "one" },
};

test("generates", async () => {
  const requests: WireMessage[] = [];
  const completions = [
    { index: 1, token_ids: [5, 7], text: "x", finish_reason: "FINISH_REASON_STOP_TOKEN" },
    { token_ids: [6], text: "y", finish_reason: "FINISH_REASON_STOP_STRING" },
    { index: 2, token_ids: [8], text: "z", finish_reason: "FINISH_REASON_LENGTH" },
  ];
  const streams = {
    "Inference/Generate": async (request: WireMessage, stream: ScriptedStream) => {
      requests.push(coverage.note("GenerateRequest", request));
      await stream.send(coverage.note("GenerateResponse", { heartbeat: { unix_seconds: 1 } }));
      for (const completion of completions) await stream.send(coverage.note("GenerateResponse", { completion }));
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
    shared_prefix: { first_block: 6, disk_bytes: "8589934592", owner: "one" },
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
  sharedPrefix: { firstBlock: 6, diskBytes: 5, owner: "two" },
};

test("scores", async () => {
  const requests: WireMessage[] = [];
  const score = { log_probabilities: [-0.5, -1.25], is_greedy: [true, false], kl_from_base: [0.5, 0.25] };
  const streams = {
    "Inference/Score": async (request: WireMessage, stream: ScriptedStream) => {
      requests.push(coverage.note("ScoreRequest", request));
      for (const message of [{ heartbeat: {} }, { score: { index: 1 } }, { score }]) {
        await stream.send(coverage.note("ScoreResponse", message));
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
      shared_prefix: { first_block: 6, disk_bytes: "5", owner: "two" },
    },
  ]);
});

test.each([
  ["a result that never comes", [0, 1]],
  ["a result that comes twice", [0, 1, 1]],
  ["a result of no prompt", [0, 1, 3]],
])("does not accept %s", async (_, indices) => {
  const streams = {
    "Inference/Generate": async (_request: WireMessage, stream: ScriptedStream) => {
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
