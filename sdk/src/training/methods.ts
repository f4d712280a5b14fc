/** How the chosen blocks are trained: what a user may choose, and the same resolved against a model. */

import { type Fault, OptionsError } from "../errors.js";
import type { ModelCard } from "../layers/model-card.js";
import type { FullWeightsMethod, LoraMethod } from "./run-specification.js";

/** Which linear maps of a block get an adapter: a part of the block, or names as the model card lists them. */
export type LoraTargets = "all-linear" | "attention" | "mlp" | readonly string[];

/** LoRA as a user chose it, with every default filled in. Exactly one of `rank` and `rankBudget` is present. */
export interface LoraChoice {
  readonly kind: "lora";
  readonly rank?: number;
  readonly rankBudget?: number;
  readonly scale: number;
  readonly targets: LoraTargets;
  readonly dropout: number;
  readonly rankStabilized: boolean;
  readonly weightDecomposed: boolean;
}

/** Full weights as a user chose them. */
export interface FullWeightsChoice {
  readonly kind: "full-weights";
}

/** A way to train blocks, before the model is known. */
export type MethodChoice = LoraChoice | FullWeightsChoice;

/** Options of `lora`. */
export interface LoraOptions {
  /** Rank of the adapters in each trained block; default 16 unless rankBudget is given. */
  readonly rank?: number;
  /** Sum of the ranks over the trained blocks, to compare layer plans at equal cost: each gets floor(budget / blocks). */
  readonly rankBudget?: number;
  /** Factor of the adapter's output; default 2. */
  readonly scale?: number;
  /** Linear maps that get an adapter; default "all-linear". */
  readonly targets?: LoraTargets;
  /** Share of the adapter's inputs dropped while training, 0 to below 1; default 0. */
  readonly dropout?: number;
  /** Write the scale down as rsLoRA does, alpha / sqrt(rank) (arXiv 2312.03732); default false. */
  readonly rankStabilized?: boolean;
  /** DoRA: learn each weight row's length and direction apart (arXiv 2402.09353); default false. */
  readonly weightDecomposed?: boolean;
}

/**
 * Trains low-rank adapters and leaves the model's own weights as they are: W x + scale * B A x (arXiv 2106.09685).
 *
 * `scale` is alpha / rank and stays the same whatever the rank. A fixed alpha would change the adapter's strength with
 * the rank, and so with the layer plan under a rank budget: two plans would differ in more than their blocks. 2 is the
 * alpha = 2 rank of "LoRA Learns Less and Forgets Less" (arXiv 2405.09673).
 *
 * `targets` is every linear map of the block by default. Both that study and "LoRA Without Regret" (Thinking Machines,
 * 2025) find adapters on attention alone worse than on the MLP or on all, even at equal numbers of parameters.
 *
 * `dropout` is 0 by default: with few epochs there is nothing to regularise, and a run stays easier to reproduce.
 */
export function lora(options: LoraOptions = {}): LoraChoice {
  const { rank, rankBudget, scale = 2, targets = "all-linear", dropout = 0 } = options;
  const { rankStabilized = false, weightDecomposed = false } = options;
  return {
    kind: "lora",
    ...(rank === undefined && rankBudget === undefined ? { rank: 16 } : {}),
    ...(rank === undefined ? {} : { rank }),
    ...(rankBudget === undefined ? {} : { rankBudget }),
    scale,
    targets,
    dropout,
    rankStabilized,
    weightDecomposed,
  };
}

/** Trains all weights of the chosen blocks; the result holds the changed tensors alone. */
export function fullWeights(): FullWeightsChoice {
  return { kind: "full-weights" };
}

/**
 * Resolves a choice against a model: the targets become names of linear maps.
 *
 * Throws OptionsError where the model has no such map, and says which it has, and for full weights of a quantised base.
 */
export function resolveMethod(choice: MethodChoice, card: ModelCard): LoraMethod | FullWeightsMethod {
  if (choice.kind === "full-weights") {
    if (card.quantization !== "none") throw quantizedError(card);
    return { kind: "full-weights" };
  }
  const { scale, dropout, rankStabilized, weightDecomposed } = choice;
  const targets = resolveTargets(choice.targets, card);
  return { kind: "lora", targets, scale, dropout, rankStabilized, weightDecomposed };
}

function resolveTargets(targets: LoraTargets, card: ModelCard): readonly string[] {
  const known = [...new Set(card.blockLinears.map((linear) => linear.name))];
  const wanted = typeof targets === "string" ? namesOfPart(targets, card) : targets;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0 || wanted.length === 0) throw targetsError(targets, unknown, known, card);
  return known.filter((name) => wanted.includes(name));
}

function namesOfPart(part: "all-linear" | "attention" | "mlp", card: ModelCard): readonly string[] {
  return card.blockLinears.filter((linear) => part === "all-linear" || linear.part === part).map(({ name }) => name);
}

function quantizedError({ name, quantization }: ModelCard) {
  return new OptionsError({
    code: "invalid-options",
    what: `The blocks of ${name} can't be trained whole: their weights are held in 4 bits, which no step could move.`,
    found: `method: fullWeights() on a base with quantization "${quantization}"`,
    wanted: "adapters on a quantised base, or an unquantised base",
    nextStep: 'Train adapters with lora(), or launch the model with quantization "none".',
  });
}

function targetsError(targets: LoraTargets, unknown: readonly string[], known: readonly string[], card: ModelCard) {
  const wanted = known.length > 0 ? known.join(", ") : "a model whose blocks have linear maps";
  const faults: Fault[] = unknown.map((name) => ({
    where: "method.targets",
    problem: "the model's blocks have no linear map of this name",
    found: JSON.stringify(name),
    check: "unknown_target",
  }));
  return new OptionsError({
    code: "invalid-options",
    what: `The LoRA targets don't fit the model ${card.name}.`,
    found: typeof targets === "string" ? `"${targets}", which names no linear map here` : JSON.stringify(targets),
    wanted: `"all-linear", "attention", "mlp", or some of: ${wanted}`,
    faults,
  });
}
