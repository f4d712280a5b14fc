/** What a preflight tells: whether a run fits, what it needs, and what to change where it does not. */
import type { PlanComparison } from "./plan-cost.js";
import type { MemoryParts } from "./preflight.js";
import type { PreflightAdvice } from "./preflight-advice.js";

/** What a run needs, measured before it starts. All of it is plain data. */
export interface Preflight {
  /**
   * When it was measured, in seconds since 1970, where a run like this one was tried before on this model, device and
   * software: its needs are then set against the memory there is now. Undefined: just now.
   */
  readonly measuredUnixSeconds: number | undefined;
  /** Whether the largest step and the longest prompt could be run within the memory there is. */
  readonly fits: boolean;
  /** Bytes by part; up to activations they add up to the training peak. Where it does not fit, what was reached. */
  readonly memory: MemoryParts;
  /**
   * The larger of the two peaks, in bytes. What the prefix cache keeps from the first epoch on comes on top, up to the
   * bytes of memory it may have.
   */
  readonly peakBytes: number;
  readonly trainingPeakBytes: number;
  /** 0 where no task generates. */
  readonly generationPeakBytes: number;
  /** Memory that may be used, what others use taken off; 0 where unknown. */
  readonly availableBytes: number;
  /** Tokens of the micro-batch that was tried: the one with most. */
  readonly microBatchTokens: number;
  /** Optimiser steps planned. */
  readonly steps: number;
  /** Mean over the run; estimated as trainingSeconds is. */
  readonly secondsPerStep: number;
  /** Estimate: the measured micro-batch, times the operations of all over its own, and an update a step. */
  readonly trainingSeconds: number;
  /** Estimate of the device's energy for training; undefined where the device does not count it. */
  readonly trainingJoules: number | undefined;
  /** Numbers trained, bytes and operations, beside uniform LoRA of the same sum of ranks and tuning all weights. */
  readonly costs: PlanComparison;
  /** What to change and about what it saves, the most first; empty where it fits. */
  readonly advice: readonly PreflightAdvice[];
}
