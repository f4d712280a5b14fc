/** What the sidecar says of a failure, turned into the error class that its code belongs to. */
import {
  BridgeError,
  CancelledError,
  DataError,
  EnvironmentError,
  type ErrorCode,
  type ErrorParts,
  EvaluationError,
  LayerPlanError,
  MidblockError,
  ModelError,
  OptionsError,
  RunError,
  SidecarError,
  TokenizerError,
} from "../errors.js";
import type { RunFailure } from "../training/run-event.js";

// A Record, so that a new code does not compile until its class is chosen.
const classByCode: Readonly<Record<ErrorCode, new (parts: ErrorParts) => MidblockError>> = {
  "invalid-options": OptionsError,
  "invalid-data": DataError,
  "invalid-layer-plan": LayerPlanError,
  "tokenizer-mismatch": TokenizerError,
  "chat-template": TokenizerError,
  "sequence-too-long": DataError,
  "python-not-found": EnvironmentError,
  "python-too-old": EnvironmentError,
  "environment-incomplete": EnvironmentError,
  "environment-failed": EnvironmentError,
  "sidecar-start-failed": SidecarError,
  "sidecar-exited": SidecarError,
  "connection-failed": BridgeError,
  unauthenticated: BridgeError,
  "protocol-mismatch": BridgeError,
  "limit-exceeded": BridgeError,
  "call-failed": BridgeError,
  "deadline-exceeded": BridgeError,
  cancelled: CancelledError,
  "unknown-model": ModelError,
  "unsafe-model": ModelError,
  "model-load-failed": ModelError,
  "unsupported-model": ModelError,
  "dataset-not-found": DataError,
  "dataset-invalid": DataError,
  "run-not-found": RunError,
  "run-key-conflict": RunError,
  "run-not-resumable": RunError,
  "run-failed": RunError,
  "run-cancelled": RunError,
  "run-paused": RunError,
  "run-interrupted": RunError,
  "checkpoint-not-found": RunError,
  "artifact-corrupt": RunError,
  "trainable-mismatch": RunError,
  "out-of-memory": RunError,
  "evaluation-failed": EvaluationError,
  "report-failed": MidblockError,
  internal: MidblockError,
};

/** The error for a call that the sidecar refused or failed. A code of a newer sidecar becomes "call-failed". */
export function callFailure(failure: RunFailure, cause: unknown): MidblockError {
  if (!isErrorCode(failure.code)) {
    return new BridgeError({ ...partsOf(failure, "call-failed"), facts: factsOf(failure), cause });
  }
  return new classByCode[failure.code]({ ...partsOf(failure, failure.code), facts: factsOf(failure), cause });
}

/** The error for a run that ended as failed. A code of a newer sidecar becomes "run-failed". */
export function readServerFailure(failure: RunFailure, runId: string): RunError {
  const code = isErrorCode(failure.code) ? failure.code : "run-failed";
  return new RunError({ ...partsOf(failure, code), facts: { ...factsOf(failure), runId } });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(classByCode, code);
}

function partsOf(failure: RunFailure, code: ErrorCode): ErrorParts {
  return {
    code,
    what: failure.message,
    ...(failure.found === "" ? {} : { found: failure.found }),
    ...(failure.wanted === "" ? {} : { wanted: failure.wanted }),
    ...(failure.nextStep === "" ? {} : { nextStep: failure.nextStep }),
  };
}

/** Names as this side writes them ("run_id" is runId); a code that this side does not know is kept as a fact. */
function factsOf(failure: RunFailure): Record<string, string> {
  const facts = Object.entries(failure.facts).map(([name, value]) => [
    name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return {
    ...Object.fromEntries(facts),
    ...(isErrorCode(failure.code) ? {} : { serverCode: failure.code }),
  };
}
