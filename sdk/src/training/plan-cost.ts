/** What a plan costs by arithmetic alone: numbers trained, bytes of training state, and floating-point operations. */
import { type LayerPlan, lowestBlock } from "../layers/layer-plan.js";
import type { BlockLinear, ModelCard } from "../layers/model-card.js";
import { trainableParameters } from "../layers/trainable-parameters.js";
import type { FullWeightsMethod, LoraMethod } from "./run-specification.js";

/** How much goes through the model. */
export interface TokenCounts {
  readonly tokens: number;
  /** Tokens with a loss. */
  readonly trainedTokens: number;
  /** Pairs of a token and one it attends to: the sum over sequences of L (L + 1) / 2. */
  readonly attendedPairs: number;
}

/** What one plan costs. */
export interface PlanCost {
  readonly trainableParameters: number;
  /** 16 bytes a number: itself, its gradient and AdamW's two moments, in float32. */
  readonly trainingStateBytes: number;
  /** Floating-point operations of all forward and backward passes, a multiplication and an addition counted as two. */
  readonly flops: number;
}

/** A plan beside the two usual ones. */
export interface PlanComparison {
  readonly plan: PlanCost;
  /** The plan's ranks shared out over all blocks alike; undefined for full weights, which have none. */
  readonly uniformLora: PlanCost | undefined;
  /** All weights of the model. */
  readonly fullTuning: PlanCost;
}

const bytesOfTrainingState = 16;

/** Sets a plan beside uniform LoRA of the same sum of ranks and beside tuning all weights. */
export function comparePlans(
  plan: LayerPlan,
  method: LoraMethod | FullWeightsMethod,
  card: ModelCard,
  counts: TokenCounts,
  trainNorms = false,
): PlanComparison {
  const all = Array.from({ length: card.blockCount }, (_, index) => index);
  const meanRank = plan.blocks.reduce((sum, { rank }) => sum + (rank ?? 0), 0) / card.blockCount;
  const uniform = all.map((index) => ({ index, train: "lora" as const, rank: meanRank }));
  return {
    plan: planCost(plan, method, card, counts, trainNorms),
    uniformLora:
      method.kind === "lora" ? planCost({ ...plan, blocks: uniform }, method, card, counts, trainNorms) : undefined,
    fullTuning: fullTuningCost(card, counts),
  };
}

/**
 * Counts a plan's cost as the trainer works.
 *
 * With T tokens, P the weights of a block's linear maps, and a its attention, which is 4 w operations for each attended
 * pair (scores and weighted sum, w the width of attention): forward 2 P T + a in every block; backward, for the
 * gradients of the inputs, 2 P T + 2 a from the last block down to the first planned one; weight gradients 2 P T in blocks
 * with full weights. An adapter of rank r adds 2 r (in + out) T three times: forward, input and weight gradient. The
 * head is run at trained tokens alone, forward and backward: 4 V h for each. Norms, activations, the optimiser's update
 * and turning quantised weights back are left out: the first three are below 1 % of it.
 */
export function planCost(
  plan: LayerPlan,
  method: LoraMethod | FullWeightsMethod,
  card: ModelCard,
  counts: TokenCounts,
  trainNorms = false,
): PlanCost {
  const lowest = lowestBlock(plan);
  const planned = new Map(plan.blocks.map((block) => [block.index, block]));
  let flops = 4 * card.vocabularySize * card.hiddenSize * counts.trainedTokens;
  for (let index = 0; index < card.blockCount; index++) {
    const linears = linearsOf(index, card);
    const products = 2 * sizeOf(linears) * counts.tokens;
    const attention = attentionFlops(linears, card, counts);
    flops += products + attention;
    if (index >= lowest) flops += products + 2 * attention;
    const block = planned.get(index);
    if (block === undefined) continue;
    if (method.kind === "full-weights") {
      flops += products;
      continue;
    }
    const adapted = linears.filter(({ name }) => method.targets.includes(name));
    const widths = adapted.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures + outFeatures, 0);
    flops += 3 * 2 * (block.rank ?? 0) * widths * counts.tokens;
  }
  const numbers = trainableParameters(plan, method, card, trainNorms);
  return { trainableParameters: numbers, trainingStateBytes: numbers * bytesOfTrainingState, flops };
}

/** As `planCost` for all blocks with full weights, and the head's weights (2 V h a trained token) and the embedding too. */
function fullTuningCost(card: ModelCard, counts: TokenCounts): PlanCost {
  const blocks = Array.from({ length: card.blockCount }, (_, index) => ({ index, train: "full" as const }));
  const plan = { blocks, blockCount: card.blockCount, why: "" };
  const { flops } = planCost(plan, { kind: "full-weights" }, card, counts);
  const numbers = card.parameters.total;
  return {
    trainableParameters: numbers,
    trainingStateBytes: numbers * bytesOfTrainingState,
    flops: flops + 2 * card.vocabularySize * card.hiddenSize * counts.trainedTokens,
  };
}

function attentionFlops(linears: readonly BlockLinear[], card: ModelCard, { attendedPairs }: TokenCounts): number {
  // The map that leads from all heads back to the stream tells how wide they are together.
  const output = linears.findLast(({ part, outFeatures }) => part === "attention" && outFeatures === card.hiddenSize);
  return 4 * (output?.inFeatures ?? card.hiddenSize) * attendedPairs;
}

function linearsOf(index: number, card: ModelCard): readonly BlockLinear[] {
  return card.blockLinears.filter(({ blocks }) => blocks.length === 0 || blocks.includes(index));
}

function sizeOf(linears: readonly BlockLinear[]): number {
  return linears.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
}

/** Numbers in the linear maps of all blocks: what a quantised base holds in 4 bits. */
export function linearWeights(card: ModelCard): number {
  const blocks = Array.from({ length: card.blockCount }, (_, index) => sizeOf(linearsOf(index, card)));
  return blocks.reduce((sum, size) => sum + size, 0);
}

/** Adds up what sequences of given lengths put through the model. */
export function countTokens(lengths: readonly number[], trainedTokens: number): TokenCounts {
  return {
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    trainedTokens,
    attendedPairs: lengths.reduce((sum, length) => sum + (length * (length + 1)) / 2, 0),
  };
}
