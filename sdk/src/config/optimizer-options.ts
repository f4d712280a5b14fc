/** The options of a fine-tuning that steer the optimiser, and their form. */
import type { MethodChoice } from "../training/methods.js";
import type { OptimizerInputs } from "../training/optimizer.js";
import { flag, numberWhere, oneOf, share, wholeNumber } from "./option-checks.js";

/** AdamW and its schedule. Nothing must be given. */
export interface OptimizerOptions {
  /**
   * Peak learning rate of AdamW; default 2e-4 for LoRA, 2e-5 for full weights: LoRA's best rate is about ten times that
   * of full weights, whatever the rank ("LoRA Without Regret", 2025). Short runs of small models bear up to 1e-3.
   */
  readonly learningRate?: number;
  /** Learning rate after warm-up; default "linear". */
  readonly schedule?: "constant" | "linear" | "cosine" | "warm-up-stable-decay";
  /** Share of all steps, rounded up, that decays at the end of "warm-up-stable-decay"; default 0.2. */
  readonly decayShare?: number;
  /** Where all but "constant" end, one step after the last, as a share of the peak; default 0. */
  readonly finalLearningRateShare?: number;
  /** Steps of linear warm-up. Give this or warmupShare. */
  readonly warmupSteps?: number;
  /** Warm-up as a share of all steps, rounded down; default 0.05. AdamW's first steps rest on few gradients. */
  readonly warmupShare?: number;
  /** Decoupled weight decay; default 0. */
  readonly weightDecay?: number;
  /** Decay of AdamW's first moment; default 0.9. */
  readonly beta1?: number;
  /** Decay of AdamW's second moment; default 0.999. */
  readonly beta2?: number;
  /** Added to AdamW's denominator; default 1e-8. */
  readonly epsilon?: number;
  /** Largest norm of the whole gradient, 0 for no clipping; default 1. */
  readonly maxGradientNorm?: number;
  /** Keeps AdamW's moments in 8 bits, by bitsandbytes; CUDA alone; default false. */
  readonly eightBitOptimizer?: boolean;
}

const above0 = () => numberWhere("a number above 0", (value) => value > 0);
const from0 = () => numberWhere("a number, 0 or more", (value) => value >= 0);
const decay = () => numberWhere("a number from 0 to below 1", (value) => value >= 0 && value < 1);

/** The form of the optimiser's options. */
export const optimizerOptions = {
  learningRate: above0().optional(),
  schedule: oneOf(["constant", "linear", "cosine", "warm-up-stable-decay"]).optional(),
  decayShare: share().optional(),
  finalLearningRateShare: share().optional(),
  warmupSteps: wholeNumber(0).optional(),
  warmupShare: decay().optional(),
  weightDecay: from0().optional(),
  beta1: decay().optional(),
  beta2: decay().optional(),
  epsilon: above0().optional(),
  maxGradientNorm: from0().optional(),
  eightBitOptimizer: flag().optional(),
};

/** Checked options, before defaults. */
export type OptimizerInput = { readonly [Key in keyof OptimizerOptions]?: OptimizerOptions[Key] | undefined };

const defaultLearningRates = { lora: 2e-4, "full-weights": 2e-5 } as const;

/** Fills every default; that of the learning rate hangs on the method. */
export function optimizerInputs(options: OptimizerInput, method: MethodChoice): OptimizerInputs {
  const { warmupSteps: steps, warmupShare } = options;
  return {
    learningRate: options.learningRate ?? defaultLearningRates[method.kind],
    beta1: options.beta1 ?? 0.9,
    beta2: options.beta2 ?? 0.999,
    epsilon: options.epsilon ?? 1e-8,
    weightDecay: options.weightDecay ?? 0,
    maxGradientNorm: options.maxGradientNorm ?? 1,
    schedule: options.schedule ?? "linear",
    finalLearningRateShare: options.finalLearningRateShare ?? 0,
    warmup: steps === undefined ? { share: warmupShare ?? 0.05 } : { steps },
    decayShare: options.schedule === "warm-up-stable-decay" ? (options.decayShare ?? 0.2) : 0,
    eightBit: options.eightBitOptimizer ?? false,
  };
}
