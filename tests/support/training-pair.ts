/** One small training for the contract tests, said in both clients' words. */

import type { Datum } from "../../sdk/src/data/datum.js";
import type { ModelCard } from "../../sdk/src/layers/model-card.js";
import type { RunSpecification } from "../../sdk/src/training/run-specification.js";
import type { WireMessage } from "./contract-definitions.js";
import { plainRun } from "./plain-run.js";

/** Rows of 24 tokens, half of them learnt, different from each other. */
export function trainingRows(count: number, length = 24): Datum[] {
  return Array.from({ length: count }, (_, row) => ({
    tokenIds: Array.from({ length }, (_, place) => 4 + ((row * 31 + place * 7) % 500)),
    lossWeights: Array.from({ length }, (_, place) => (place < length / 2 ? 0 : 1)),
    source: { file: "(memory)", line: row + 1 },
  }));
}

/** LoRA on blocks 2 and 3 of the tiny model, 4 rows a step in two micro-batches. */
export function specificationFor(card: ModelCard, datasetHash: string, steps: number): RunSpecification {
  const micro = (step: number) => [
    [(step * 4) % 16, (step * 4 + 1) % 16],
    [(step * 4 + 2) % 16, (step * 4 + 3) % 16],
  ];
  return {
    datasetHashes: [datasetHash],
    layerPlan: {
      blocks: [2, 3].map((index) => ({ index, train: "lora" as const, rank: 4 })),
      blockCount: card.blockCount,
      why: "two of the middle",
    },
    method: {
      kind: "lora",
      targets: ["self_attn.q_proj", "mlp.down_proj"],
      scale: 2,
      dropout: 0,
      rankStabilized: false,
      weightDecomposed: false,
    },
    batchPlan: { steps: Array.from({ length: steps }, (_, step) => micro(step)) },
    optimizer: {
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      maxGradientNorm: 1,
      schedule: "linear",
      warmupSteps: 1,
      finalLearningRateShare: 0.1,
      decaySteps: 0,
      eightBit: false,
    },
    seed: 7,
    checkpointEverySteps: 0,
    keepCheckpoints: 1,
    weightsHash: card.weightsHash,
    clientNotes: "{}",
    ...plainRun,
    stepsTotal: steps,
  };
}

/** The same for the second client, written by hand and not by the SDK's translation. */
export function specificationMessageFor(specification: RunSpecification): WireMessage {
  return {
    dataset_hashes: specification.datasetHashes,
    layer_plan: {
      blocks: [
        { index: 2, rank: 4 },
        { index: 3, rank: 4 },
      ],
      block_count: 6,
    },
    lora: { targets: ["self_attn.q_proj", "mlp.down_proj"], scale: 2 },
    batch_plan: {
      steps: specification.batchPlan.steps.map((step) => ({
        micro_batches: step.map((indices) => ({ datum_indices: indices })),
      })),
    },
    optimizer: {
      learning_rate: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      max_gradient_norm: 1,
      schedule: "SCHEDULE_LINEAR",
      warmup_steps: 1,
      final_learning_rate_share: 0.1,
    },
    steps_total: specification.stepsTotal,
    compute: {},
    seed: "7",
    keep_checkpoints: 1,
    weights_hash: specification.weightsHash,
    client_notes: "{}",
  };
}
