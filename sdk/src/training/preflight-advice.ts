/** What to change when a run does not fit, and how much memory each change saves. */
import type { MemoryParts } from "./preflight.js";

/** One change and what it saves. */
export interface PreflightAdvice {
  /** The change, as options are written. */
  readonly change: string;
  /** Bytes of the training or the generation peak; from a measured one that broke off, at least so many. */
  readonly savedBytes: number;
}

/** What the advice depends on. */
export interface AdviceInputs {
  readonly memory: MemoryParts;
  /** True where generation, not training, needs more than there is. */
  readonly generationTooLarge: boolean;
  /** Tokens of the largest micro-batch, and of its longest sequence. */
  readonly microBatchTokens: number;
  readonly longestTokens: number;
  readonly method: "lora" | "full-weights";
  readonly plannedBlocks: number;
  /** Blocks from the lowest planned one to the last: those whose activations are kept. */
  readonly blocksWithGradients: number;
  readonly gradientCheckpointing: boolean;
  /** Element type of the model, and its width. */
  readonly dtype: string;
  readonly hiddenSize: number;
  readonly totalParameters: number;
  readonly maxNewTokens: number;
}

const float32Bytes = 4;

/**
 * Lists the changes that save anything, the largest saving first.
 *
 * Activations are taken as proportional to the tokens of the micro-batch; with checkpointing one block's stay, and each
 * block's input of tokens x hidden size; bfloat16 halves weights and activations; half of the planned blocks halve what
 * is trained. These are estimates: run the preflight again with the change.
 */
export function adviseOnMemory(inputs: AdviceInputs): readonly PreflightAdvice[] {
  const advice = inputs.generationTooLarge ? generationAdvice(inputs) : trainingAdvice(inputs);
  return [...advice, ...dtypeAdvice(inputs)]
    .map(({ change, savedBytes }) => ({ change, savedBytes: Math.round(savedBytes) }))
    .filter(({ savedBytes }) => savedBytes > 0)
    .sort((left, right) => right.savedBytes - left.savedBytes);
}

function generationAdvice({ memory, maxNewTokens }: AdviceInputs): PreflightAdvice[] {
  return [{ change: `maxNewTokens: ${Math.ceil(maxNewTokens / 2)} in tasks`, savedBytes: memory.keyValueCache / 4 }];
}

function trainingAdvice(inputs: AdviceInputs): PreflightAdvice[] {
  const { memory, microBatchTokens, longestTokens, plannedBlocks, blocksWithGradients } = inputs;
  const fewer = Math.max(longestTokens, Math.ceil(microBatchTokens / 2));
  const state = memory.trainable + memory.gradients + memory.optimizer;
  const kept = microBatchTokens * inputs.hiddenSize * float32Bytes * blocksWithGradients;
  const changes = [
    { change: `maxMicroBatchTokens: ${fewer}`, savedBytes: memory.activations * (1 - fewer / microBatchTokens) },
    {
      change: `half of the ${plannedBlocks} blocks`,
      savedBytes: plannedBlocks > 1 ? state * (Math.floor(plannedBlocks / 2) / plannedBlocks) : 0,
    },
  ];
  if (!inputs.gradientCheckpointing) {
    const savedBytes = memory.activations * (1 - 1 / blocksWithGradients) - kept;
    changes.push({ change: "gradientCheckpointing: true", savedBytes });
  }
  // Adapters of rank 16 on all maps have a few per cent of a block's weights.
  if (inputs.method === "full-weights") changes.push({ change: "method: lora()", savedBytes: 0.95 * state });
  return changes;
}

function dtypeAdvice({ memory, dtype, totalParameters }: AdviceInputs): PreflightAdvice[] {
  if (dtype !== "float32") return [];
  return [{ change: 'dtype: "bfloat16" at launch', savedBytes: 2 * totalParameters + memory.activations / 2 }];
}
