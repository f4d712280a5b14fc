/** What a plan makes trainable in a model: how many numbers, and which parameters by name. */
import type { FullWeightsMethod, LoraMethod } from "../training/run-specification.js";
import type { BlockPlan, LayerPlan } from "./layer-plan.js";
import type { BlockLinear, BlockNorm, ModelCard } from "./model-card.js";

/**
 * Counts the numbers that training may change.
 *
 * LoRA: rank * (in + out) for each adapted linear map of each planned block (Hu et al. 2021, arXiv 2106.09685, section
 * 4.2), and `out` more with DoRA; with `trainNorms` the norms of the planned blocks on top. Full weights: all parameters
 * of the planned blocks.
 */
export function trainableParameters(
  plan: LayerPlan,
  method: LoraMethod | FullWeightsMethod,
  card: ModelCard,
  trainNorms = false,
): number {
  let count = 0;
  for (const block of plan.blocks) {
    if (method.kind === "full-weights") {
      count += card.parameters.byBlock[block.index] ?? 0;
      continue;
    }
    for (const { inFeatures, outFeatures } of adaptedLinears(block, method, card)) {
      count += (block.rank ?? 0) * (inFeatures + outFeatures) + (method.weightDecomposed ? outFeatures : 0);
    }
    if (trainNorms) for (const { size } of normsOf(block, card)) count += size;
  }
  return count;
}

/**
 * Names of parameters that must be trainable, each after the name of the block list: "6.self_attn.q_proj.lora_A", or
 * "model.layers.6..." with blockPrefix "model.layers".
 *
 * LoRA: these and no others, with `trainNorms` also the norms' parameters. Full weights: the linear maps' weights; a block's norms and biases, which a card does not
 * name, come on top.
 */
export function expectedTrainableNames(
  plan: LayerPlan,
  method: LoraMethod | FullWeightsMethod,
  card: ModelCard,
  blockPrefix = "",
  trainNorms = false,
): readonly string[] {
  const prefix = blockPrefix === "" ? "" : `${blockPrefix}.`;
  const loraParts = ["lora_A", "lora_B"];
  return plan.blocks.flatMap((block) => {
    const [linears, parts] =
      method.kind === "full-weights"
        ? [linearsOf(block, card), ["weight"]]
        : [
            adaptedLinears(block, method, card),
            method.weightDecomposed ? [...loraParts, "lora_magnitude_vector"] : loraParts,
          ];
    const names = linears.flatMap(({ name }) => parts.map((part) => `${name}.${part}`));
    const norms = trainNorms && method.kind === "lora" ? normsOf(block, card).map(({ name }) => name) : [];
    return [...names, ...norms].map((name) => `${prefix}${block.index}.${name}`);
  });
}

function adaptedLinears(block: BlockPlan, method: LoraMethod, card: ModelCard): readonly BlockLinear[] {
  return linearsOf(block, card).filter(({ name }) => method.targets.includes(name));
}

function linearsOf(block: BlockPlan, card: ModelCard): readonly BlockLinear[] {
  return card.blockLinears.filter(({ blocks }) => blocks.length === 0 || blocks.includes(block.index));
}

function normsOf(block: BlockPlan, card: ModelCard): readonly BlockNorm[] {
  return card.blockNorms.filter(({ blocks }) => blocks.length === 0 || blocks.includes(block.index));
}
