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
  /** Those in the linear maps of the blocks, and how they are held: see `ModelCard.quantization`. */
  readonly linearWeights: number;
  readonly quantization: string;
  /** Where the model is, such as "cuda:0". */
  readonly device: string;
  readonly maxNewTokens: number;
}

const float32Bytes = 4;
/** NF4: 4 bits, and for each 64 weights a scale of 8 bits, and for each 256 of these one of 32 (arXiv 2305.14314). */
const nf4Bytes = (4 + 8 / 64 + 32 / (64 * 256)) / 8;

/**
 * Lists the changes that save anything, the largest saving first.
 *
 * Activations are taken as proportional to the tokens of the micro-batch; with checkpointing one block's stay, and each
 * block's input of tokens x hidden size; bfloat16 halves weights and activations; half of the planned blocks halve what
 * is trained; NF4 holds the blocks' linear maps in 4.13 bits a weight, which pays on CUDA alone. These are estimates: run
 * the preflight again with the change.
 */
export function adviseOnMemory(inputs: AdviceInputs): readonly PreflightAdvice[] {
  const advice = inputs.generationTooLarge ? generationAdvice(inputs) : trainingAdvice(inputs);
  return [...advice, ...dtypeAdvice(inputs), ...quantizationAdvice(inputs)]
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

function dtypeAdvice({ memory, dtype, totalParameters, linearWeights, quantization }: AdviceInputs): PreflightAdvice[] {
  if (dtype !== "float32") return [];
  const halved = quantization === "none" ? totalParameters : totalParameters - linearWeights;
  return [{ change: 'dtype: "bfloat16" at launch', savedBytes: 2 * halved + memory.activations / 2 }];
}

function quantizationAdvice({ device, method, dtype, linearWeights, quantization }: AdviceInputs): PreflightAdvice[] {
  if (quantization !== "none" || method !== "lora" || !device.startsWith("cuda")) return [];
  const heldBytes = dtype === "float32" ? float32Bytes : float32Bytes / 2;
  return [{ change: 'quantization: "nf4" at launch', savedBytes: linearWeights * (heldBytes - nf4Bytes) }];
}
