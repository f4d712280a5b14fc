/** A preflight of a small run, for tests. */
import type { Preflight } from "../../sdk/src/training/preflight-result.js";

export const samplePreflight: Preflight = {
  measuredUnixSeconds: undefined,
  fits: true,
  memory: {
    weights: 700_000_000,
    trainable: 11_722_752,
    gradients: 11_722_752,
    optimizer: 23_445_504,
    activations: 2_100_000_000,
    keyValueCache: 400_000_000,
  },
  peakBytes: 2_950_000_000,
  trainingPeakBytes: 2_950_000_000,
  generationPeakBytes: 1_100_000_000,
  availableBytes: 20_000_000_000,
  microBatchTokens: 1082,
  steps: 100,
  secondsPerStep: 2.3,
  trainingSeconds: 230,
  trainingJoules: undefined,
  costs: {
    plan: { trainableParameters: 2_930_688, trainingStateBytes: 46_891_008, flops: 4.1e13 },
    uniformLora: { trainableParameters: 2_930_688, trainingStateBytes: 46_891_008, flops: 4.9e13 },
    fullTuning: { trainableParameters: 134_515_008, trainingStateBytes: 2_152_240_128, flops: 8.2e13 },
  },
  advice: [],
};
