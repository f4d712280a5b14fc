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
  readonly schedule: "constant" | "linear" | "cosine" | "warm-up-stable-decay";
  readonly warmupSteps: number;
  /** Where linear and cosine end, one step after the last, as a share of the peak. */
  readonly finalLearningRateShare: number;
  /** Steps of the decay at the end; of use with warm-up-stable-decay alone, else 0. */
  readonly decaySteps: number;
  /** Keep the moments in 8 bits (bitsandbytes); CUDA alone. */
  readonly eightBit: boolean;
}

/** One stretch of a plan that changes: which of the planned blocks learn from a step on. */
export interface PlanPhase {
  /** Steps done when it begins. */
  readonly fromStep: number;
  /** Indices of the blocks that learn, ascending. */
  readonly blockIndices: readonly number[];
}

/** How the device does the work; changes time and memory alone. */
export interface ComputeSettings {
  /** Keep each block's input alone and compute the rest again in the backward pass. */
  readonly gradientCheckpointing: boolean;
  /** Compile the blocks (torch.compile); outcomes then agree to rounding, not to the bit. */
  readonly compile: boolean;
  /** Memory for the hidden states below the band, kept from the first epoch for the later ones; 0: none. */
  readonly prefixCacheMemoryBytes: number;
  /** Disk for those that memory has no room for; 0: none. */
  readonly prefixCacheDiskBytes: number;
}

/** What to train and how. */
export interface RunSpecification {
  /** SHA-256 hex of the uploaded data sets, whose examples are numbered through in this order. */
  readonly datasetHashes: readonly string[];
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
  /** Optimiser steps in all, which the schedule spans; those of batchPlan unless `open`. */
  readonly stepsTotal: number;
  /** More data sets and steps follow until there are stepsTotal. */
  readonly open: boolean;
  /** Train the norms inside the planned blocks as well. */
  readonly trainNorms: boolean;
  /** By ascending first step, the first at 0; empty: all planned blocks learn, always. */
  readonly phases: readonly PlanPhase[];
  /** Weight of the mean KL divergence from base to tuned over context tokens, added to the loss; 0: none. */
  readonly baseDivergenceWeight: number;
  /** From step 11 on, a loss above 1 nat and this many times the mean of the ten steps before fails the run; 0: no limit. */
  readonly maxLossGrowth: number;
  /** The run completes at the first step boundary after so many seconds; 0: no limit. */
  readonly maxSeconds: number;
  readonly compute: ComputeSettings;
}
