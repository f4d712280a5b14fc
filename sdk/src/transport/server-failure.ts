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
  "loss-exploded": RunError,
  "out-of-memory": RunError,
  "does-not-fit": RunError,
  "evaluation-failed": EvaluationError,
  "report-failed": MidblockError,
  internal: MidblockError,
};

/** The error for a call that the sidecar refused or failed. A code of a newer sidecar becomes "call-failed". */
export function callFailure(failure: RunFailure, cause: unknown): MidblockError {
  const { code, message, found, wanted, nextStep, facts } = failure;
  const parts = {
    what: message,
    ...(found === "" ? {} : { found }),
    ...(wanted === "" ? {} : { wanted }),
    ...(nextStep === "" ? {} : { nextStep }),
    cause,
  };
  if (isErrorCode(code)) return new classByCode[code]({ ...parts, code, facts });
  return new BridgeError({ ...parts, code: "call-failed", facts: { ...facts, serverCode: code } });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(classByCode, code);
}
