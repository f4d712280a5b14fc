/** How much arithmetic a training step can't do without, from the plan alone. */
import type { BlockLinear, LayerPlan, ModelCard } from "midblock";

/** `count` matrix products of [rows, inputs] x [inputs, outputs]. */
export interface Product {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly count: number;
}

/** What a step is made of. */
export interface StepShape {
  readonly tokens: number;
  readonly trainedTokens: number;
}

/** Rows of logits that the sidecar has at once. */
const headChunkRows = 256;

/**
 * The products with the model's own weights in a step of mid-block LoRA:
 *
 * - forward, tokens x in x out for every linear map of every block;
 * - the gradient of activations, as much again, from the top down to the lowest trained block, of which only the MLP is
 *   counted: below that nothing learns;
 * - the head and its gradient with respect to the hidden states, at the trained positions alone.
 *
 * No gradient of a frozen weight, no second forward pass, no attention scores, no padding.
 */
export function modelProducts(card: ModelCard, plan: LayerPlan, { tokens, trainedTokens }: StepShape): Product[] {
  const lowest = Math.min(...plan.blocks.map(({ index }) => index));
  const products: Product[] = [];
  for (const linear of card.blockLinears) {
    const blocks = blocksOf(linear, card);
    const above = blocks.filter((index) => index > lowest || (index === lowest && linear.part === "mlp"));
    const { inFeatures, outFeatures } = linear;
    products.push({ rows: tokens, inputs: inFeatures, outputs: outFeatures, count: blocks.length });
    products.push({ rows: tokens, inputs: outFeatures, outputs: inFeatures, count: above.length });
  }
  const { hiddenSize, vocabularySize } = card;
  const chunks = { rows: headChunkRows, count: trainedTokens / headChunkRows };
  products.push({ ...chunks, inputs: hiddenSize, outputs: vocabularySize });
  products.push({ ...chunks, inputs: vocabularySize, outputs: hiddenSize });
  return products;
}

/** FLOPs of products, an addition and a multiplication each counted as one. */
export function flopsOf(products: readonly Product[]): number {
  return products.reduce((sum, { rows, inputs, outputs, count }) => sum + 2 * rows * inputs * outputs * count, 0);
}

/**
 * FLOPs of the adapters in a step: both of their products forward, and backward those for the gradients of their input
 * and of their weights, so 3 x 2 x tokens x rank x (in + out) for each.
 */
export function adapterFlops(card: ModelCard, plan: LayerPlan, targets: readonly string[], tokens: number): number {
  const ranks = new Map(plan.blocks.map(({ index, rank }) => [index, rank ?? 0]));
  return card.blockLinears
    .filter(({ name }) => targets.includes(name))
    .flatMap((linear) => blocksOf(linear, card).map((index) => ({ linear, rank: ranks.get(index) ?? 0 })))
    .reduce((sum, { linear, rank }) => sum + 6 * tokens * rank * (linear.inFeatures + linear.outFeatures), 0);
}

function blocksOf({ blocks }: BlockLinear, { blockCount }: ModelCard): readonly number[] {
  return blocks.length > 0 ? blocks : Array.from({ length: blockCount }, (_, index) => index);
}
