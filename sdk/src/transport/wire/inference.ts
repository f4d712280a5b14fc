/** Requests and results of Generate and Score. */
import type {
  Completion,
  GenerateRequest,
  ModelReference,
  Picking,
  ScoreRequest,
  SequenceScore,
  SharedPrefix,
} from "../../evaluation/inference.js";
import type { ModelReference as WireModelReference } from "../gen/midblock/v1/common.js";
import {
  FinishReason,
  type Completion as WireCompletion,
  type GenerateRequest as WireGenerateRequest,
  type ScoreRequest as WireScoreRequest,
  type SequenceScore as WireSequenceScore,
  type SharedPrefix as WireSharedPrefix,
} from "../gen/midblock/v1/inference.js";
import { brokenContract, unknownValue } from "./incomplete.js";
import { writeUint64 } from "./numbers.js";

export function writeGenerateRequest(request: GenerateRequest): WireGenerateRequest {
  return {
    model: writeModelReference(request.model),
    prompts: request.prompts.map((tokenIds) => ({ tokenIds: [...tokenIds] })),
    maxNewTokens: request.maxNewTokens,
    picking: writePicking(request.picking),
    stopTokenIds: [...request.stopTokenIds],
    stopStrings: [...request.stopStrings],
    maxBatchRows: request.maxBatchRows,
    sharedPrefix: writeSharedPrefix(request.sharedPrefix),
  };
}

export function writeScoreRequest(request: ScoreRequest): WireScoreRequest {
  return {
    model: writeModelReference(request.model),
    sequences: request.sequences.map(({ tokenIds, from }) => ({ tokenIds: [...tokenIds], from })),
    klFromBase: request.klFromBase,
    sharedPrefix: writeSharedPrefix(request.sharedPrefix),
  };
}

export function readCompletion(completion: WireCompletion): Completion {
  return {
    index: completion.index,
    tokenIds: completion.tokenIds,
    text: completion.text,
    finishReason: readFinishReason(completion.finishReason),
  };
}

export function readSequenceScore(score: WireSequenceScore): SequenceScore {
  return {
    index: score.index,
    logProbabilities: score.logProbabilities,
    isGreedy: score.isGreedy,
    klFromBase: score.klFromBase,
  };
}

function writeSharedPrefix(shared: SharedPrefix | undefined): WireSharedPrefix | undefined {
  if (shared === undefined) return undefined;
  const { firstBlock, diskBytes, owner } = shared;
  return { firstBlock, diskBytes: writeUint64(diskBytes, "sharedPrefix.diskBytes"), owner };
}

function writeModelReference(reference: ModelReference): WireModelReference {
  switch (reference.kind) {
    case "base":
      return { weights: { $case: "base", value: {} } };
    case "run":
      return { weights: { $case: "run", value: { runId: reference.runId, step: reference.step } } };
  }
}

function writePicking(picking: Picking): NonNullable<WireGenerateRequest["picking"]> {
  switch (picking.kind) {
    case "greedy":
      return { $case: "greedy", value: {} };
    case "sampling": {
      const { temperature, topP, topK, seed } = picking;
      return { $case: "sampling", value: { temperature, topP, topK, seed: writeUint64(seed, "picking.seed") } };
    }
  }
}

function readFinishReason(reason: FinishReason): Completion["finishReason"] {
  switch (reason) {
    case FinishReason.FINISH_REASON_STOP_TOKEN:
      return "stop-token";
    case FinishReason.FINISH_REASON_STOP_STRING:
      return "stop-string";
    case FinishReason.FINISH_REASON_LENGTH:
      return "length";
    case FinishReason.FINISH_REASON_UNSPECIFIED:
    case FinishReason.UNRECOGNIZED:
      throw brokenContract("Completion.finish_reason", String(reason));
  }
  return unknownValue(reason, "Completion.finish_reason");
}
