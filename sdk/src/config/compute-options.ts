/** The options of a fine-tuning that change time and memory alone, and their form. */
import type { ComputeSettings } from "../training/run-specification.js";
import { exactObject, flag, wholeNumber } from "./option-checks.js";

/** How the device does the work. Nothing must be given. */
export interface ComputeOptions {
  /** Keeps each block's input alone and computes the rest again in the backward pass: less memory, a third more time; default false. */
  readonly gradientCheckpointing?: boolean;
  /** Compiles the blocks by torch.compile: pays off in long runs on CUDA; outcomes agree to rounding; default false. */
  readonly compile?: boolean;
  /**
   * Most bytes for the hidden states below the band, which are computed in the first epoch and kept for the later ones;
   * 0 for none; default 1 GiB of memory and 4 GiB of disk. Evaluations of the base and of the run keep on disk, within as
   * much again, what these blocks make of their prompts. Outcomes are the same to the bit.
   */
  readonly prefixCache?: { readonly memoryBytes?: number; readonly diskBytes?: number };
}

/** The form of these options. */
export const computeOptions = {
  gradientCheckpointing: flag().optional(),
  compile: flag().optional(),
  prefixCache: exactObject({
    memoryBytes: wholeNumber(0).optional(),
    diskBytes: wholeNumber(0).optional(),
  }).optional(),
};

/** Fills every default. */
export function computeSettings(options: {
  readonly gradientCheckpointing?: boolean | undefined;
  readonly compile?: boolean | undefined;
  readonly prefixCache?: { memoryBytes?: number | undefined; diskBytes?: number | undefined } | undefined;
}): ComputeSettings {
  return {
    gradientCheckpointing: options.gradientCheckpointing ?? false,
    compile: options.compile ?? false,
    prefixCacheMemoryBytes: options.prefixCache?.memoryBytes ?? 2 ** 30,
    prefixCacheDiskBytes: options.prefixCache?.diskBytes ?? 2 ** 32,
  };
}
