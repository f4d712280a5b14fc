/** Turns a strategy into a layer plan for one model: indices, ranks, and a sentence that says why. */

import { type Fault, LayerPlanError } from "../errors.js";
import type { MethodChoice } from "../training/methods.js";
import { chooseBlocks } from "./choose-blocks.js";
import { describeBlocks } from "./describe-blocks.js";
import type { BlockPlan, LayerPlan } from "./layer-plan.js";
import type { ModelCard } from "./model-card.js";
import type { LayerStrategy } from "./strategies.js";

/**
 * Resolves a strategy against a model.
 *
 * The plan's blocks ascend; with LoRA each has its rank: the segment's, or floor(rankBudget / blocks), or the method's.
 * Throws LayerPlanError with every fault where the plan lies outside the model, is empty, names a block twice, or its
 * rank budget is too small.
 */
export function resolveLayerPlan(strategy: LayerStrategy, card: ModelCard, method: MethodChoice): LayerPlan {
  const choice = chooseBlocks(strategy, card.blockCount, method.kind);
  const ranks = method.kind === "lora" && choice.faults.length === 0 ? ranksOf(choice, method) : noRanks;
  const faults = [...choice.faults, ...ranks.faults];
  if (faults.length > 0) throw planError(strategy, card, faults);
  const blocks = choice.blocks.map(
    ({ index }, position): BlockPlan =>
      method.kind === "lora" ? { index, train: "lora", rank: ranks.values[position] ?? 0 } : { index, train: "full" },
  );
  const indices = blocks.map(({ index }) => index);
  const why = `${choice.rule}: ${describeBlocks(indices)} of ${card.blockCount}${ranks.why}`;
  return { blocks, blockCount: card.blockCount, why };
}

interface Ranks {
  readonly values: readonly number[];
  readonly why: string;
  readonly faults: readonly Fault[];
}

const noRanks: Ranks = { values: [], why: "", faults: [] };

function ranksOf(choice: ReturnType<typeof chooseBlocks>, method: MethodChoice & { kind: "lora" }): Ranks {
  const blockCount = choice.blocks.length;
  const bySegment = choice.blocks.some(({ rank }) => rank !== undefined);
  const budget = method.rankBudget;
  if (bySegment && budget !== undefined) return { ...noRanks, faults: [segmentsWithBudget(budget)] };
  if (bySegment) return { ...noRanks, values: choice.blocks.map(({ rank }) => rank ?? 0) };
  if (budget === undefined) return { ...noRanks, values: choice.blocks.map(() => method.rank ?? 0) };
  const rank = Math.floor(budget / blockCount);
  if (rank < 1) return { ...noRanks, faults: [budgetTooSmall(budget, blockCount)] };
  return {
    values: choice.blocks.map(() => rank),
    why: `, rank ${rank} = floor(${budget} / ${blockCount})`,
    faults: [],
  };
}

function segmentsWithBudget(budget: number): Fault {
  return {
    where: "method.rankBudget",
    problem: "segments have ranks of their own, so a budget can't be shared out among them",
    found: String(budget),
    wanted: "lora() without rankBudget",
    check: "rank_budget_with_segments",
  };
}

function budgetTooSmall(budget: number, blockCount: number): Fault {
  return {
    where: "method.rankBudget",
    problem: `shared out among ${blockCount} blocks it leaves each of them less than rank 1`,
    found: String(budget),
    wanted: `${blockCount} or more`,
    check: "rank_budget_too_small",
  };
}

function planError(strategy: LayerStrategy, card: ModelCard, faults: readonly Fault[]): LayerPlanError {
  return new LayerPlanError({
    code: "invalid-layer-plan",
    what: `The layer plan "${strategy.kind}" does not fit the model ${card.name}.`,
    wanted: `blocks 0 to ${card.blockCount - 1}`,
    faults,
  });
}
