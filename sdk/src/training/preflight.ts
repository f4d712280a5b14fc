/** What a preflight asks of the sidecar and what it measures there. */
import type { RunSpecification } from "./run-specification.js";

/** What is to be tried. */
export interface PreflightRequest {
  /** The run; its data sets and batch plan are not needed. */
  readonly specification: RunSpecification;
  /** Tokens of each sequence of the micro-batch with most tokens; at least one. */
  readonly sequenceTokens: readonly number[];
  /** How many of its tokens are trained, at least 1. */
  readonly trainedTokens: number;
  /** The longest prompt of the evaluations, in tokens; 0: nothing is generated. */
  readonly promptTokens: number;
  /** New tokens at most after it. */
  readonly maxNewTokens: number;
  /** Prompts at once, at most. */
  readonly promptRows: number;
  /** A step has several micro-batches, so that gradients are held while the next one runs. */
  readonly accumulates: boolean;
  /** Measure also what was measured before. */
  readonly measureAnew: boolean;
}

/** Where memory goes, in bytes. */
export interface MemoryParts {
  /** The model's weights, and the process around them where no device counts memory. */
  readonly weights: number;
  /** What is trained, beside the weights. */
  readonly trainable: number;
  readonly gradients: number;
  /** The optimiser's state. */
  readonly optimizer: number;
  /** What the forward pass keeps for the backward pass, and scratch space. */
  readonly activations: number;
  /** Keys and values while generating. */
  readonly keyValueCache: number;
}

/** What was measured. */
export interface PreflightMeasurement {
  readonly memory: MemoryParts;
  /** Largest memory of the training step: the device's where it counts it, else the process's resident set. */
  readonly trainingPeakBytes: number;
  /** The same while generating; 0: nothing was generated. */
  readonly generationPeakBytes: number;
  /** Memory that may be used; 0 where unknown. */
  readonly availableBytes: number;
  /** False where memory ran out; the figures then hold what was reached. */
  readonly fits: boolean;
  /** Forward and backward of one micro-batch. */
  readonly microBatchSeconds: number;
  readonly updateSeconds: number;
  /** Undefined where the device does not count energy. */
  readonly microBatchJoules: number | undefined;
  /** When, in seconds since 1970, where that was for an earlier request; undefined: for this one. */
  readonly measuredUnixSeconds: number | undefined;
}
