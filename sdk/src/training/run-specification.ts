/** A run as the sidecar is told it: complete, every default filled in. */
import type { LayerPlan } from "../layers/layer-plan.js";
import type { BatchPlan } from "./batch-plan.js";

/** Low-rank adapters: W x + scale * B A x (Hu et al. 2021, arXiv 2106.09685). */
export interface LoraMethod {
  readonly kind: "lora";
  /** Names inside a block of the linear maps that get an adapter. */
  readonly targets: readonly string[];
  /** Scale of the adapter, alpha / rank (alpha / sqrt(rank) with rankStabilized); the same in every block. */
  readonly scale: number;
  /** 0 to below 1. */
  readonly dropout: number;
  /** rsLoRA (arXiv 2312.03732). */
  readonly rankStabilized: boolean;
  /** DoRA (arXiv 2402.09353). */
  readonly weightDecomposed: boolean;
}

/** All weights of the planned blocks. */
export interface FullWeightsMethod {
  readonly kind: "full-weights";
}

/** AdamW and its schedule. */
export interface OptimizerSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest norm of the whole gradient; 0: not clipped. */
  readonly maxGradientNorm: number;
  readonly schedule: "constant" | "linear" | "cosine";
  readonly warmupSteps: number;
  /** Where linear and cosine end, one step after the last, as a share of the peak. */
  readonly finalLearningRateShare: number;
}

/** What to train and how. */
export interface RunSpecification {
  /** SHA-256 hex of the uploaded data set. */
  readonly datasetHash: string;
  readonly layerPlan: LayerPlan;
  readonly method: LoraMethod | FullWeightsMethod;
  readonly batchPlan: BatchPlan;
  readonly optimizer: OptimizerSettings;
  /** 0 to 2^53 - 1. */
  readonly seed: number;
  /** 0: only at the end. */
  readonly checkpointEverySteps: number;
  readonly keepCheckpoints: number;
  readonly weightsHash: string;
  /** Free text kept with the run, at most 1 MiB. */
  readonly clientNotes: string;
}
