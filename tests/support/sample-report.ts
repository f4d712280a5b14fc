/** A whole report with plausible figures, made without a model; the same on every call. */

import type { Source } from "../../sdk/src/data/datum.js";
import { compareResults } from "../../sdk/src/evaluation/compare.js";
import { neutralPrompts } from "../../sdk/src/evaluation/neutral-prompts.js";
import type { DriftResult, ItemRecord, TaskComparison } from "../../sdk/src/evaluation/result.js";
import { bootstrapRatioInterval95 } from "../../sdk/src/evaluation/statistics/bootstrap.js";
import { sum } from "../../sdk/src/evaluation/statistics/mean.js";
import { createRandom } from "../../sdk/src/random.js";
import type { RunReport } from "../../sdk/src/report/run-report.js";
import type { StepEndEvent } from "../../sdk/src/training/run-event.js";
import { makeResult } from "./make-result.js";
import { samplePreflight } from "./sample-preflight.js";

const fields = ["customer", "product", "problem", "ordered", "amount", "wants"];

/** A finished run of 100 steps on 30 blocks; `overrides` replaces parts. */
export function sampleReport(overrides: Partial<RunReport> = {}): RunReport {
  return {
    title: "Customer messages to JSON records",
    createdAt: "2026-03-01T09:30:00.000Z",
    runId: "run-0f3a9c",
    versions: {
      sdk: "0.1.0",
      server: "0.1.0",
      packages: { torch: "2.13.0+cpu", python: "3.11.2", transformers: "5.24.0" },
    },
    device: {
      name: "cpu",
      description: "AMD EPYC, 2 threads",
      memoryBytes: 24 * 2 ** 30,
      dtype: "bfloat16",
      threads: 2,
    },
    model: {
      name: "smollm2-135m-instruct",
      architecture: "LlamaForCausalLM",
      weightsHash: `sha256:${"ab12".repeat(16)}`,
      parameters: 134_515_008,
      license: "apache-2.0",
      quantization: "none",
      loadableFrom: "HuggingFaceTB/SmolLM2-135M-Instruct",
    },
    data: {
      name: "examples/data/train.jsonl",
      contentHash: `sha256:${"cd34".repeat(16)}`,
      rows: 402,
      examples: 400,
      tokens: 54_120,
      trainedTokens: 21_340,
      trainedShare: 21_340 / 54_120,
      longest: 171,
      maxTokens: 512,
      histogram: [
        { from: 1, to: 64, examples: 0 },
        { from: 65, to: 128, examples: 240 },
        { from: 129, to: 256, examples: 160 },
      ],
      dropped: [
        { reason: "too-long", rows: 2, tokens: 1400, trainedTokens: 300, places: [sourceAt(17), sourceAt(90)] },
      ],
      cut: [],
      keptControlTexts: 0,
      duplicates: {
        exact: 1,
        normalised: 0,
        places: [{ source: sourceAt(8), earlier: sourceAt(2), likeness: "exact" }],
      },
      contamination: [],
      packing: { microBatches: 100, budget: 2048, efficiency: 0.528 },
      replay: undefined,
    },
    templateHash: `sha256:${"ef56".repeat(16)}`,
    layerPlan: {
      blocks: Array.from({ length: 18 }, (_, offset) => ({ index: 6 + offset, train: "lora", rank: 16 })),
      blockCount: 30,
      why: "Blocks with 20 % to 80 % of the depth below them.",
    },
    method: {
      kind: "lora",
      targets: ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"],
      scale: 2,
      dropout: 0,
      rankStabilized: false,
      weightDecomposed: false,
    },
    optimizer: {
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      maxGradientNorm: 1,
      schedule: "cosine",
      warmupSteps: 5,
      finalLearningRateShare: 0.1,
      decaySteps: 0,
      eightBit: false,
    },
    seed: 42,
    settings: {
      epochs: 2,
      batchSize: 8,
      maxSequenceTokens: 512,
      checkpoint: { everySteps: 50, keep: 2 },
      packing: true,
    },
    trainableParameters: 2_930_688,
    totalParameters: 134_515_008,
    steps: sampleSteps(100),
    stepsTotal: 100,
    endReason: "",
    watched: undefined,
    comparisons: [comparison],
    drift,
    preflight: samplePreflight,
    timings: { "evaluation before": 92.4, training: 241.3, "evaluation after": 88.1 },
    artifacts: [],
    warnings: [],
    ...overrides,
  };
}

function sourceAt(line: number): Source {
  return { file: "examples/data/train.jsonl", line };
}

function sampleSteps(length: number): StepEndEvent[] {
  const random = createRandom(3);
  return Array.from({ length }, (_, index) => ({
    type: "step-end",
    sequence: index + 3,
    unixSeconds: 1_770_000_000 + index * 2.4,
    step: index + 1,
    loss: 0.05 + 1.6 * Math.exp(-index / 9) + 0.06 * random.uniform(),
    learningRate:
      index < 5 ? 0.0002 * (index + 1) : 0.00055 + 0.00045 * Math.cos((Math.PI * (index - 5)) / (length - 6)),
    gradientNorm: 0.4 + random.uniform(),
    tokens: 1082,
    trainedTokens: 427,
    seconds: 2.4,
    peakMemoryBytes: 3_010_000_000,
    cachedPrefixTokens: 0,
    baseDivergence: 0,
    joules: undefined,
  }));
}

/** Nothing right before but the last item, most right after but the last. */
function sampleComparison(n: number): TaskComparison {
  const random = createRandom(5);
  const after = Object.fromEntries(
    fields.map((field, position) => [`field:${field}`, bits(n, () => random.uniform() < 0.99 - 0.015 * position)]),
  );
  const allRight = bits(n, (index) => Object.values(after).every((values) => values[index] === 1));
  const before = Object.fromEntries(fields.map((field) => [`field:${field}`, bits(n, () => random.uniform() < 0.12)]));
  const zero = bits(n, () => false);
  zero[n - 1] = 1;
  allRight[n - 1] = 0;
  return compareResults(
    { ...makeResult({ exact: zero, ...before }, texts(n, false)), task: "json-record" },
    {
      ...makeResult({ exact: allRight, ...after }, texts(n, true)),
      task: "json-record",
      model: { kind: "run", runId: "run-0f3a9c" },
    },
  );
}

function bits(n: number, isOne: (index: number) => boolean): number[] {
  return Array.from({ length: n }, (_, index) => (isOne(index) ? 1 : 0));
}

function texts(n: number, tuned: boolean): Record<number, Partial<ItemRecord>> {
  const item = (index: number): Partial<ItemRecord> => {
    const target = `{"customer":"Julia Rossi","product":"fitness watch","problem":"missing_part","ordered":"2026-02-${10 + (index % 18)}","amount":${84.99 + index},"wants":"replacement"}`;
    return {
      prompt: `<|im_start|>system\nTurn the customer's message into a JSON record with the fields customer, product, problem, ordered, amount, wants.<|im_end|>\n<|im_start|>user\nHello, my name is Julia Rossi. My fitness watch was ordered on 2026-02-${10 + (index % 18)}; it cost me $${84.99 + index}. The power cable is missing. Could you exchange it? Thank you.<|im_end|>\n<|im_start|>assistant\n`,
      target,
      output: tuned
        ? target
        : "I'm sorry to hear about the missing power cable. Here's a record of your message:\n\n**Customer:** Julia Rossi\n**Product:** fitness watch",
      invalid: !tuned && index % 10 !== 0,
      truncated: !tuned && index % 17 === 0,
    };
  };
  return Object.fromEntries(Array.from({ length: n }, (_, index) => [index, item(index)]));
}

function sampleDrift(): DriftResult {
  const random = createRandom(9);
  const items = Array.from({ length: 64 }, (_, index) => {
    const prompt = neutralPrompts[index % neutralPrompts.length] ?? "";
    const tokens = 12 + random.below(53);
    const klSum = tokens * 0.02 * -Math.log(1 - random.uniform());
    const reply = "The sky looks blue because air scatters short waves of light more than long ones.";
    return { prompt, reply, tokens, klSum, sameTokens: Math.round(tokens * (0.93 + 0.07 * random.uniform())) };
  });
  const tokens = items.map((item) => item.tokens);
  const ratio = (values: readonly number[]) => ({
    value: sum(values) / sum(tokens),
    interval95: bootstrapRatioInterval95(values, tokens),
  });
  return {
    task: "drift",
    rule: { name: "kl-on-base-replies", version: "2" },
    klPerToken: ratio(items.map((item) => item.klSum)),
    sameToken: ratio(items.map((item) => item.sameTokens)),
    weightsHash: `sha256:${"12cd".repeat(16)}`,
    adapterHash: `sha256:${"77ab".repeat(16)}`,
    reused: 0,
    promptCount: items.length,
    tokenCount: sum(tokens),
    items,
    promptHash: `sha256:${"9a".repeat(32)}`,
    templateHash: `sha256:${"ef56".repeat(16)}`,
    maxNewTokens: 64,
    seconds: 41,
  };
}

// Made once: their bootstrap intervals take most of the time.
const comparison = sampleComparison(120);
const drift = sampleDrift();
