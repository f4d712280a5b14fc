/**
 * Every error that midblock throws.
 *
 * One root class with a stable `code`; a subclass for each cause that a program would treat apart. A message says what
 * failed and where, what was found, what was wanted and what to do next. This file imports nothing.
 */

/** Stable identifiers of every cause, for programs to branch on. Codes that the sidecar sends arrive as they are. */
export type ErrorCode =
  | "invalid-options"
  | "invalid-data"
  | "invalid-layer-plan"
  | "tokenizer-mismatch"
  | "chat-template"
  | "sequence-too-long"
  | "python-not-found"
  | "python-too-old"
  | "environment-incomplete"
  | "environment-failed"
  | "sidecar-start-failed"
  | "sidecar-exited"
  | "connection-failed"
  | "unauthenticated"
  | "protocol-mismatch"
  | "limit-exceeded"
  | "call-failed"
  | "deadline-exceeded"
  | "cancelled"
  | "unknown-model"
  | "unsafe-model"
  | "model-load-failed"
  | "unsupported-model"
  | "dataset-not-found"
  | "dataset-invalid"
  | "run-not-found"
  | "run-key-conflict"
  | "run-not-resumable"
  | "run-failed"
  | "run-cancelled"
  | "run-paused"
  | "run-interrupted"
  | "checkpoint-not-found"
  | "artifact-corrupt"
  | "trainable-mismatch"
  | "loss-exploded"
  | "out-of-memory"
  | "does-not-fit"
  | "evaluation-failed"
  | "report-failed"
  | "internal";

/** One fault among several: where it is, what stands there, what should, and how to mend it. */
export interface Fault {
  /** A path into a configuration ("optimizer.learningRate") or a place in a file ("train.jsonl:17"). */
  readonly where: string;
  /** What is wrong, in one sentence without the place. */
  readonly problem: string;
  /** What was found, printed short. */
  readonly found?: string;
  /** What was wanted. */
  readonly wanted?: string;
  /** Stable name of the check, such as "unrecognized_role". */
  readonly check?: string;
}

/** The parts a message is composed of. */
export interface ErrorParts {
  readonly code: ErrorCode;
  /** One sentence: what failed, and where. */
  readonly what: string;
  readonly found?: string;
  readonly wanted?: string;
  readonly nextStep?: string;
  /** All faults found at once; the message shows the first `shownFaults` of them and counts the rest. */
  readonly faults?: readonly Fault[];
  /** Number of all faults, where there are too many to hold and `faults` has only the first of them. */
  readonly faultCount?: number;
  /** How many of all faults each check found, by its name. */
  readonly faultsByCheck?: Readonly<Record<string, number>>;
  /** Path of a file with every fault, a line each, where there are more than the message shows. */
  readonly faultsFile?: string;
  /** Facts for programs, such as runId. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Faults that a message shows. */
export const shownFaults = 50;
const marker: unique symbol = Symbol.for("midblock.error") as never;

/** Root of all midblock errors. */
export class MidblockError extends Error {
  readonly code: ErrorCode;
  readonly found: string | undefined;
  readonly wanted: string | undefined;
  readonly nextStep: string | undefined;
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  readonly faultsByCheck: Readonly<Record<string, number>>;
  readonly faultsFile: string | undefined;
  readonly facts: Readonly<Record<string, string>>;
  readonly [marker] = true;

  constructor(parts: ErrorParts) {
    super(composeMessage(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.code = parts.code;
    this.found = parts.found;
    this.wanted = parts.wanted;
    this.nextStep = parts.nextStep;
    this.faults = parts.faults ?? [];
    this.faultCount = parts.faultCount ?? this.faults.length;
    this.faultsByCheck = parts.faultsByCheck ?? {};
    this.faultsFile = parts.faultsFile;
    this.facts = parts.facts ?? {};
  }

  /** True for any midblock error, also one thrown by another installed copy of the package. */
  static isInstance(value: unknown): value is MidblockError {
    return typeof value === "object" && value !== null && marker in value;
  }
}

/** Thrown when options are wrong; lists every fault with its path. */
export class OptionsError extends MidblockError {}

/** Thrown when training or evaluation data is wrong; lists every fault with its file and line. */
export class DataError extends MidblockError {}

/** Thrown when a layer plan does not fit the model. */
export class LayerPlanError extends MidblockError {}

/** Thrown when the client's tokenizer or chat template can't be trusted to equal the model's. */
export class TokenizerError extends MidblockError {}

/** Thrown when no usable Python or environment is there, or one can't be made. */
export class EnvironmentError extends MidblockError {}

/** Thrown when the sidecar does not start, or dies; carries its last log lines. */
export class SidecarError extends MidblockError {
  /** The last lines the sidecar logged, oldest first. */
  readonly logTail: readonly string[];
  constructor(parts: ErrorParts & { readonly logTail?: readonly string[] }) {
    super(parts);
    this.logTail = parts.logTail ?? [];
  }
}

/** Thrown when a sidecar can't be reached, speaks another protocol, or a call to it fails. */
export class BridgeError extends MidblockError {}

/** Thrown when the sidecar refuses or fails to load the model. */
export class ModelError extends MidblockError {}

/** Thrown when a run can't start, fails, or ends otherwise than completed; `facts.runId` names it. */
export class RunError extends MidblockError {}

/** Thrown when an evaluation fails. */
export class EvaluationError extends MidblockError {}

/** Thrown when the caller's AbortSignal stopped the work. */
export class CancelledError extends MidblockError {}

function composeMessage(parts: ErrorParts): string {
  const lines = [parts.what];
  if (parts.found) lines.push(`  found:  ${parts.found}`);
  if (parts.wanted) lines.push(`  wanted: ${parts.wanted}`);
  const faults = parts.faults ?? [];
  for (const fault of faults.slice(0, shownFaults)) lines.push(`  - ${describeFault(fault)}`);
  const hidden = (parts.faultCount ?? faults.length) - Math.min(faults.length, shownFaults);
  if (hidden > 0) lines.push(`  ... and ${hidden} more${parts.faultsFile ? `; all are in ${parts.faultsFile}` : ""}`);
  if (parts.nextStep) lines.push(`  next:   ${parts.nextStep}`);
  return lines.join("\n");
}

/** A fault in one line, as messages show it. */
export function describeFault(fault: Fault): string {
  const details = [
    fault.found === undefined ? "" : `found ${fault.found}`,
    fault.wanted === undefined ? "" : `wanted ${fault.wanted}`,
  ].filter((detail) => detail !== "");
  return `${fault.where}: ${fault.problem}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
}

/** The code of an error that Node threw, such as "ENOENT"; undefined where it has none. */
export function systemCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
