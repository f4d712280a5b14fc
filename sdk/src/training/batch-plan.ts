/** The batch plan: which examples make which step. The client decides it, so a run is a function of its inputs. */

import { createRandom, type Random } from "../random.js";

/** Steps, each a list of micro-batches, each a list of indices into the data set. */
export interface BatchPlan {
  readonly steps: readonly (readonly (readonly number[])[])[];
}

/** What a batch plan is made from. */
export interface BatchPlanInputs {
  /** Tokens of each example, in the order of the data set; at least one example. */
  readonly lengths: readonly number[];
  /** Times each example is seen, at least 1. Undefined: as many as maxSteps needs. */
  readonly epochs: number | undefined;
  /** Examples in an optimiser step, at least 1. */
  readonly batchSize: number;
  /** Most tokens that go through the model at once; a longer example goes alone. */
  readonly maxMicroBatchTokens: number;
  /** 0 to 2^53 - 1. */
  readonly seed: number;
  /** The plan is cut after so many steps. Undefined: not cut. */
  readonly maxSteps?: number | undefined;
}

/**
 * Plans the whole run; the same inputs always give the same plan.
 *
 * Each epoch is a new shuffle (Fisher-Yates) drawn from one stream of random numbers, cut into steps of batchSize
 * examples; the last step of an epoch may be smaller, none is left out and none spans two epochs. A step's examples are
 * packed into micro-batches by first-fit decreasing (Johnson 1973), which needs at most 11/9 of the fewest possible
 * plus one. Packing changes speed and memory alone: a step's gradient is normalised by the trained tokens of the step.
 */
export function planBatches(inputs: BatchPlanInputs): BatchPlan {
  const { lengths, epochs = Number.POSITIVE_INFINITY, maxSteps = Number.POSITIVE_INFINITY } = inputs;
  if (lengths.length === 0 || (epochs === Number.POSITIVE_INFINITY && maxSteps === Number.POSITIVE_INFINITY)) {
    throw new RangeError("planBatches: wanted at least one example, and epochs or maxSteps");
  }
  const random = createRandom(inputs.seed);
  const steps: (readonly (readonly number[])[])[] = [];
  for (let epoch = 0; epoch < epochs && steps.length < maxSteps; epoch++) {
    const order = shuffled(lengths.length, random);
    for (let start = 0; start < order.length && steps.length < maxSteps; start += inputs.batchSize) {
      steps.push(packStep(order.slice(start, start + inputs.batchSize), lengths, inputs.maxMicroBatchTokens));
    }
  }
  return { steps };
}

function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return order;
}

function packStep(
  indices: readonly number[],
  lengths: readonly number[],
  maxTokens: number,
): readonly (readonly number[])[] {
  const lengthOf = (index: number) => lengths[index] ?? 0;
  const longestFirst = [...indices].sort((left, right) => lengthOf(right) - lengthOf(left) || left - right);
  const microBatches: { indices: number[]; tokens: number }[] = [];
  for (const index of longestFirst) {
    const roomy = microBatches.find(({ tokens }) => tokens + lengthOf(index) <= maxTokens);
    if (roomy === undefined) {
      microBatches.push({ indices: [index], tokens: lengthOf(index) });
    } else {
      roomy.indices.push(index);
      roomy.tokens += lengthOf(index);
    }
  }
  return microBatches.map((microBatch) => microBatch.indices);
}
