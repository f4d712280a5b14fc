/** A preflight in words, when it fits and when it does not. */
import { expect, test } from "@jest/globals";
import { describePreflight } from "../../../sdk/src/report/describe-preflight.js";
import { adviseOnMemory } from "../../../sdk/src/training/preflight-advice.js";
import type { Preflight } from "../../../sdk/src/training/preflight-result.js";

const cost = (trainableParameters: number) => ({ trainableParameters, trainingStateBytes: 16e6, flops: 1.5e12 });
const memory = {
  weights: 1e9,
  trainable: 1e8,
  gradients: 1e8,
  optimizer: 2e8,
  activations: 2e9,
  keyValueCache: 0,
};
const fitting: Preflight = {
  measuredUnixSeconds: undefined,
  fits: true,
  memory,
  peakBytes: 3.4e9,
  trainingPeakBytes: 3.4e9,
  generationPeakBytes: 0,
  availableBytes: 8e9,
  microBatchTokens: 2000,
  steps: 100,
  secondsPerStep: 5,
  trainingSeconds: 500,
  trainingJoules: 36_000,
  costs: { plan: cost(1_000_000), uniformLora: cost(1_000_001), fullTuning: cost(134_515_008) },
  advice: [],
};
const advised = {
  memory,
  generationTooLarge: false,
  microBatchTokens: 2000,
  longestTokens: 1500,
  method: "full-weights",
  plannedBlocks: 4,
  blocksWithGradients: 10,
  gradientCheckpointing: false,
  dtype: "float32",
  hiddenSize: 1000,
  totalParameters: 1e8,
  linearWeights: 8e7,
  quantization: "none",
  device: "cpu",
  maxNewTokens: 100,
} as const;

test("says that it fits, with memory, time, energy and cost, within 80 columns", () => {
  const text = describePreflight(fitting);
  expect(text).toContain("It fits: 3.4 GB of 8.0 GB; largest micro-batch: 2,000 tokens.");
  expect(text).toMatch(/activations +2\.0 GB/);
  expect(text).toMatch(/training takes +about 8 min 20 s \(100 steps of 5\.0 s\), about 10 Wh/);
  expect(text).toMatch(/all weights +134,515,008/);
  expect(text).not.toMatch(/keys and values|save memory/);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("says when it was measured, where that was for an earlier run", () => {
  expect(describePreflight(fitting)).not.toContain("Measured");
  const text = describePreflight({ ...fitting, measuredUnixSeconds: Date.UTC(2026, 10, 3, 4, 5, 59) / 1000 });
  expect(text).toContain("Measured 2026-11-03 04:05 UTC.");
});

test("says what would save how much where it does not fit, the most first", () => {
  const advice = adviseOnMemory(advised);
  expect(advice).toEqual([
    { change: "gradientCheckpointing: true", savedBytes: 2e9 * 0.9 - 2000 * 1000 * 4 * 10 },
    { change: 'dtype: "bfloat16" at launch', savedBytes: 2e8 + 1e9 },
    { change: "maxMicroBatchTokens: 1500", savedBytes: 5e8 },
    { change: "method: lora()", savedBytes: 3.8e8 },
    { change: "half of the 4 blocks", savedBytes: 2e8 },
  ]);
  const text = describePreflight({ ...fitting, fits: false, advice });
  expect(text).toContain("It does not fit in memory of 8.0 GB");
  expect(text).toMatch(/gradientCheckpointing: true +1\.7 GB/);
  expect(text).not.toContain("training takes");
});

test("advises on generation where that is too large, and on nothing that saves nothing", () => {
  const generating = { ...advised, memory: { ...memory, keyValueCache: 4e9 }, generationTooLarge: true };
  expect(adviseOnMemory({ ...generating, dtype: "bfloat16" })).toEqual([
    { change: "maxNewTokens: 50 in tasks", savedBytes: 1e9 },
  ]);
  const alone = { ...advised, longestTokens: 2000, plannedBlocks: 1, gradientCheckpointing: true };
  expect(adviseOnMemory({ ...alone, dtype: "bfloat16", method: "lora" })).toEqual([]);
});

test("advises on 4 bits for adapters on CUDA, where the base is not quantised yet", () => {
  const adapted = { ...advised, method: "lora", device: "cuda:0" } as const;
  const quantized = ({ change }: { readonly change: string }) => change.startsWith("quantization");
  const saved = adviseOnMemory(adapted).find(quantized);
  expect(saved).toEqual({
    change: 'quantization: "nf4" at launch',
    savedBytes: Math.round(8e7 * (4 - 4.126953125 / 8)),
  });
  expect(adviseOnMemory({ ...adapted, dtype: "bfloat16" }).find(quantized)?.savedBytes).toBe(
    Math.round(8e7 * (2 - 4.126953125 / 8)),
  );
  for (const other of [{ device: "cpu" }, { method: "full-weights" }, { quantization: "nf4" }] as const) {
    expect(adviseOnMemory({ ...adapted, ...other }).find(quantized)).toBeUndefined();
  }
});

test("counts on bfloat16 for what is not in 4 bits alone", () => {
  const advice = adviseOnMemory({ ...advised, method: "lora", quantization: "nf4" });
  expect(advice).toContainEqual({ change: 'dtype: "bfloat16" at launch', savedBytes: 2 * 2e7 + 1e9 });
});
