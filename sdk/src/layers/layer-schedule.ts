/** Which of the planned blocks learn when: schedules as a user chooses them, and their phases once the steps are known. */
import { LayerPlanError } from "../errors.js";
import { createRandom } from "../random.js";
import type { PlanPhase } from "../training/run-specification.js";
import { randomOrder } from "../training/shuffle.js";
import type { LayerPlan } from "./layer-plan.js";

/** A few blocks, drawn anew every so many steps. */
export interface SampledBlocksSchedule {
  readonly kind: "sampled-blocks";
  readonly count: number;
  readonly everySteps: number;
}

/** One more block every so many steps, from one end of the plan. */
export interface GradualUnfreezingSchedule {
  readonly kind: "gradual-unfreezing";
  readonly everySteps: number;
  readonly from: "top" | "bottom";
}

/** Any way to let planned blocks learn and rest. */
export type LayerSchedule = SampledBlocksSchedule | GradualUnfreezingSchedule;

/**
 * Lets `count` of the planned blocks learn, drawn anew every `everySteps` steps, each set equally likely: the sampling of
 * LISA (arXiv 2403.17919) within the plan. What rests keeps its weights and its optimiser state.
 */
export function sampledBlocks(options: { readonly count: number; readonly everySteps: number }): SampledBlocksSchedule {
  return { kind: "sampled-blocks", count: options.count, everySteps: options.everySteps };
}

/**
 * Begins with one planned block and lets one more learn every `everySteps` steps, until all do. From the "top", the
 * default, is the gradual unfreezing of ULMFiT (arXiv 1801.06146); the "bottom" is next to the embedding.
 */
export function gradualUnfreezing(options: {
  readonly everySteps: number;
  readonly from?: "top" | "bottom";
}): GradualUnfreezingSchedule {
  return { kind: "gradual-unfreezing", everySteps: options.everySteps, from: options.from ?? "top" };
}

/**
 * The phases of a run of `stepsTotal` steps; none without a schedule. The same plan, steps and seed always give the same.
 *
 * Throws LayerPlanError where more blocks are to be drawn than are planned.
 */
export function resolvePhases(
  schedule: LayerSchedule | undefined,
  plan: LayerPlan,
  stepsTotal: number,
  seed: number,
): readonly PlanPhase[] {
  if (schedule === undefined) return [];
  const planned = plan.blocks.map(({ index }) => index);
  const phaseCount = Math.ceil(stepsTotal / schedule.everySteps);
  if (schedule.kind === "gradual-unfreezing") {
    const growing = Math.min(phaseCount, planned.length);
    return phases(growing, schedule, (phase) =>
      schedule.from === "top" ? planned.slice(-1 - phase) : planned.slice(0, phase + 1),
    );
  }
  if (schedule.count > planned.length) throw tooMany(schedule.count, plan);
  const random = createRandom(seed);
  return phases(phaseCount, schedule, () => {
    const drawn = new Set(randomOrder(planned.length, random).slice(0, schedule.count));
    return planned.filter((_, position) => drawn.has(position));
  });
}

/** The schedule in a few words for people. */
export function describeSchedule(schedule: LayerSchedule): string {
  const every = schedule.everySteps === 1 ? "every step" : `every ${schedule.everySteps} steps`;
  return schedule.kind === "sampled-blocks"
    ? `${schedule.count} of these blocks learn, drawn anew ${every}`
    : `one more of these blocks learns ${every}, from the ${schedule.from}`;
}

function phases(
  count: number,
  { everySteps }: LayerSchedule,
  blocksOf: (phase: number) => readonly number[],
): readonly PlanPhase[] {
  return Array.from({ length: count }, (_, phase) => ({
    fromStep: phase * everySteps,
    blockIndices: blocksOf(phase),
  }));
}

function tooMany(count: number, plan: LayerPlan): LayerPlanError {
  return new LayerPlanError({
    code: "invalid-layer-plan",
    what: "The layer schedule draws more blocks than the plan has.",
    found: `layerSchedule.count ${count}`,
    wanted: `at most ${plan.blocks.length}: ${plan.why}`,
    nextStep: "lower count, or plan more blocks",
  });
}
