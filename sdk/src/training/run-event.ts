/** What happens to a run, as a closed union. Each event has a sequence number and can be replayed from any of them. */

/** Where a run is. */
export type RunState =
  | "queued"
  | "running"
  | "paused"
  | "completed"
  | "cancelled"
  | "failed"
  | "interrupted"
  | "waiting";

/** A saved state to resume from. */
export interface Checkpoint {
  /** Optimiser steps done when it was written. */
  readonly step: number;
  readonly bytes: number;
  readonly unixSeconds: number;
  /** "sha256:" and hex over its weights, equal for equal weights of any run; undefined where it was not recorded. */
  readonly weightsHash: string | undefined;
}

/** Why a run failed, as the sidecar tells it. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly found: string;
  readonly wanted: string;
  readonly nextStep: string;
  readonly facts: Readonly<Record<string, string>>;
}

interface Recorded {
  /** 1, 2, 3, ... without gaps. */
  readonly sequence: number;
  readonly unixSeconds: number;
}

/** The run was accepted. */
export interface RunQueuedEvent extends Recorded {
  readonly type: "run-queued";
  readonly runsAhead: number;
}

/** Training starts, or starts again after a resume. */
export interface RunStartEvent extends Recorded {
  readonly type: "run-start";
  readonly fromStep: number;
  readonly stepsTotal: number;
  /** Exact names of the parameters that will change. */
  readonly trainableNames: readonly string[];
  readonly trainableParameters: number;
  readonly totalParameters: number;
}

/** An optimiser step is done. */
export interface StepEndEvent extends Recorded {
  readonly type: "step-end";
  /** Steps done, from 1. */
  readonly step: number;
  /** Mean nats per trained token, before the update. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  /** Tokens among them whose hidden states below the band came from the prefix cache. */
  readonly cachedPrefixTokens: number;
  /** Mean KL divergence from base to tuned over context tokens, nats per token; 0 without baseDivergenceWeight. */
  readonly baseDivergence: number;
  /** What the device used meanwhile; undefined where it does not count energy. A CPU's package counts all that it does. */
  readonly joules: number | undefined;
}

/** A checkpoint is safely on disk. */
export interface CheckpointSavedEvent extends Recorded {
  readonly type: "checkpoint-saved";
  readonly checkpoint: Checkpoint;
}

/** Something a user should know that stops nothing. */
export interface WarningEvent extends Recorded {
  readonly type: "warning";
  readonly code: string;
  readonly message: string;
}

/** The run stopped on request and can be resumed. */
export interface RunPausedEvent extends Recorded {
  readonly type: "run-paused";
  readonly step: number;
}

/** The sidecar stopped or died under the run; it can be resumed. */
export interface RunInterruptedEvent extends Recorded {
  readonly type: "run-interrupted";
  /** Undefined: no checkpoint, a resume starts at step 0. */
  readonly checkpointStep: number | undefined;
}

/** The run ended. */
export interface RunEndEvent extends Recorded {
  readonly type: "run-end";
  readonly state: "completed" | "cancelled" | "failed";
  readonly stepsDone: number;
  readonly failure: RunFailure | undefined;
  /** Why it completed before its last step: "max-seconds" or what it was told; else empty. */
  readonly reason: string;
}

/** An open run has made the steps it knows and waits for more. */
export interface RunWaitingEvent extends Recorded {
  readonly type: "run-waiting";
  /** Step of the checkpoint it goes on from. */
  readonly step: number;
}

/** All that the sidecar tells of a run. */
export type TrainingEvent =
  | RunQueuedEvent
  | RunStartEvent
  | StepEndEvent
  | CheckpointSavedEvent
  | WarningEvent
  | RunPausedEvent
  | RunInterruptedEvent
  | RunWaitingEvent
  | RunEndEvent;
