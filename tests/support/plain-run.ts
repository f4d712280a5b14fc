/** A run of one data set without any extras, as the rest of a specification. */
import type { RunSpecification } from "../../sdk/src/training/run-specification.js";

export const plainRun = {
  open: false,
  trainNorms: false,
  phases: [],
  baseDivergenceWeight: 0,
  maxLossGrowth: 0,
  maxSeconds: 0,
  compute: { gradientCheckpointing: false, compile: false, prefixCacheMemoryBytes: 0, prefixCacheDiskBytes: 0 },
} as const satisfies Partial<RunSpecification>;
