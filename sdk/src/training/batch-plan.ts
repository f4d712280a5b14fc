/** The batch plan: which examples make which step. The client decides it, so a run is a function of its inputs. */
import { createRandom, type Random } from "../random.js";
import { packEvenly, packWindow } from "./packing.js";
import { ReplayDraw, type ReplayInputs } from "./replay.js";
import { randomOrder, shuffled } from "./shuffle.js";

/** Steps, each a list of micro-batches, each a list of indices into the data set. */
export interface BatchPlan {
  readonly steps: readonly (readonly (readonly number[])[])[];
}

/** How large an optimiser step is, at least 1: a number of examples, or the most tokens it may have. */
export type StepSize = { readonly examples: number } | { readonly tokens: number };

/** What a batch plan is made from. */
export interface BatchPlanInputs {
  /** Tokens of each example, in the order of the data set; at least one example. */
  readonly lengths: readonly number[];
  /** Times each example is seen, at least 1. Undefined: as many as maxSteps needs. */
  readonly epochs: number | undefined;
  readonly stepSize: StepSize;
  /** Most tokens that go through the model at once; a longer example goes alone. */
  readonly maxMicroBatchTokens: number;
  /** Puts examples of about the same length into a step or micro-batch; their order stays random. Default false. */
  readonly groupByLength?: boolean | undefined;
  /** 0 to 2^53 - 1. */
  readonly seed: number;
  /** The plan is cut after so many steps. Undefined: not cut. */
  readonly maxSteps?: number | undefined;
  /** General data whose examples are numbered on from those of `lengths`, and stand at random places among them. */
  readonly replay?: ReplayInputs | undefined;
}

/** One optimiser step: micro-batches of indices. */
export type Step = BatchPlan["steps"][number];

/** Examples that are sorted at once by groupByLength: enough for even groups, few enough for another grouping every epoch. */
const groupedExamples = 512;

/**
 * Plans the whole run; the same inputs always give the same plan.
 *
 * Each epoch is a new shuffle (Fisher-Yates) drawn from one stream of random numbers; no example is left out of an epoch
 * and no step spans two. An epoch's share of replay is drawn for it and shuffled in. Packing changes speed and memory
 * alone: a step's gradient is normalised by its trained tokens.
 *
 * - By examples: the shuffle is cut into steps of so many, the last of an epoch may be smaller. A step's examples are
 *   packed into as few micro-batches as first-fit decreasing needs, of about the same size each.
 * - By tokens: micro-batches are filled over a moving window of the shuffle, then shuffled and cut into steps of as
 *   many as fit the tokens of a step; the last step of an epoch may have fewer.
 */
export function planBatches(inputs: BatchPlanInputs): BatchPlan {
  const { lengths, epochs = Number.POSITIVE_INFINITY, maxSteps = Number.POSITIVE_INFINITY } = inputs;
  if (lengths.length === 0 || (epochs === Number.POSITIVE_INFINITY && maxSteps === Number.POSITIVE_INFINITY)) {
    throw new RangeError("planBatches: wanted at least one example, and epochs or maxSteps");
  }
  const random = createRandom(inputs.seed);
  const { replay, stepSize } = inputs;
  const draw = replay && new ReplayDraw(replay, { byTokens: "tokens" in stepSize, random });
  const all = [...lengths, ...(replay?.lengths ?? [])];
  const main = lengths.map((_, index) => index);
  const steps: Step[] = [];
  for (let epoch = 0; epoch < epochs && steps.length < maxSteps; epoch++) {
    const replayed = draw?.draw(lengths).map((example) => lengths.length + example) ?? [];
    for (const step of planEpochOf([...main, ...replayed], { ...inputs, lengths: all }, random)) steps.push(step);
  }
  return { steps: steps.slice(0, maxSteps) };
}

/** The part of the inputs that says how much goes through the model at once. */
export type BatchBudget = Pick<BatchPlanInputs, "stepSize" | "maxMicroBatchTokens">;

/**
 * Most tokens of a micro-batch: a step's tokens are cut into as few equal parts as stay under maxMicroBatchTokens, so
 * that the parts of a step together never exceed them.
 */
export function microBatchBudget({ stepSize, maxMicroBatchTokens }: BatchBudget): number {
  if ("examples" in stepSize) return maxMicroBatchTokens;
  return Math.floor(stepSize.tokens / microBatchesOfStep(stepSize.tokens, maxMicroBatchTokens));
}

/** Micro-batches that a step by tokens has, unless it is the last of an epoch. */
function microBatchesOfStep(tokens: number, maxMicroBatchTokens: number): number {
  return Math.ceil(tokens / maxMicroBatchTokens);
}

/** Whether a step is as large as it may be, which only the one of an epoch's left over examples is not. */
export function isFullStep(step: Step, { stepSize, maxMicroBatchTokens }: BatchBudget): boolean {
  if ("tokens" in stepSize) return step.length === microBatchesOfStep(stepSize.tokens, maxMicroBatchTokens);
  return step.flat().length === stepSize.examples;
}

/** What one epoch is planned from. */
export type EpochInputs = Pick<BatchPlanInputs, "lengths" | "groupByLength"> & BatchBudget;

/** One epoch: every example in one step. */
function planEpoch(inputs: EpochInputs, random: Random): readonly Step[] {
  const { lengths, stepSize, maxMicroBatchTokens, groupByLength = false } = inputs;
  const shuffledOrder = randomOrder(lengths.length, random);
  const order = groupByLength ? groupedOrder(shuffledOrder, lengths) : shuffledOrder;
  if ("tokens" in stepSize) {
    const microBatches = packWindow(order, lengths, microBatchBudget(inputs));
    return slices(shuffled(microBatches, random), microBatchesOfStep(stepSize.tokens, maxMicroBatchTokens));
  }
  const steps = slices(order, stepSize.examples).map((step) => packEvenly(step, lengths, maxMicroBatchTokens));
  return groupByLength ? shuffled(steps, random) : steps;
}

/** One epoch of these indices into `lengths`, each as often as it stands there. */
export function planEpochOf(indices: readonly number[], inputs: EpochInputs, random: Random): readonly Step[] {
  const lengths = indices.map((index) => inputs.lengths[index] ?? 0);
  return planEpoch({ ...inputs, lengths }, random).map((step) =>
    step.map((microBatch) => microBatch.flatMap((place) => indices.slice(place, place + 1))),
  );
}

/** Groups of the order, each sorted by length. */
function groupedOrder(order: readonly number[], lengths: readonly number[]): readonly number[] {
  const lengthOf = (index: number) => lengths[index] ?? 0;
  return slices(order, groupedExamples).flatMap((group) =>
    group.toSorted((left, right) => lengthOf(left) - lengthOf(right) || left - right),
  );
}

function slices<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, slice) => items.slice(slice * size, (slice + 1) * size));
}
