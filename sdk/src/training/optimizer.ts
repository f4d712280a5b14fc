/** Completes the optimiser's settings once the number of steps is known. */
import { OptionsError } from "../errors.js";
import type { OptimizerSettings } from "./run-specification.js";

/** Optimiser settings whose warm-up and decay may still be shares of the steps. */
export interface OptimizerInputs extends Omit<OptimizerSettings, "warmupSteps" | "decaySteps"> {
  readonly warmup: { readonly steps: number } | { readonly share: number };
  /** 0 unless the schedule is "warm-up-stable-decay". */
  readonly decayShare: number;
}

/** Settles the warm-up for a run of `stepCount` steps. Throws OptionsError where it would never reach the peak. */
export function resolveOptimizer(
  { warmup, decayShare, ...settings }: OptimizerInputs,
  stepCount: number,
): OptimizerSettings {
  const warmupSteps = "steps" in warmup ? warmup.steps : Math.floor(warmup.share * stepCount);
  const decaySteps = Math.min(Math.ceil(decayShare * stepCount), stepCount - warmupSteps);
  if (warmupSteps < stepCount) return { ...settings, warmupSteps, decaySteps };
  throw new OptionsError({
    code: "invalid-options",
    what: "The run would end within its warm-up, below the learning rate that was asked for.",
    found: `warmupSteps ${warmupSteps} in a run of ${stepCount} steps`,
    wanted: `warmupSteps below ${stepCount}`,
    nextStep: "lower warmupSteps, or train for longer by epochs or maxSteps",
  });
}
