/** The batch plan of a run whose examples come in parts while it trains. */
import { createRandom, type Random } from "../random.js";
import { type EpochInputs, isFullStep, microBatchBudget, planEpochOf, type Step } from "./batch-plan.js";
import { type PackingFigures, PackingMeter } from "./packing.js";

/** What such a plan is made from. */
export type GrowingPlanInputs = Omit<EpochInputs, "lengths"> & {
  /** 0 to 2^53 - 1. */
  readonly seed: number;
  /** Steps in all, at least 1. */
  readonly maxSteps: number;
};

/**
 * Plans steps part by part; the same parts always give the same plan.
 *
 * In the first epoch each part is shuffled by itself, together with the examples that filled no step before; the later
 * epochs are shuffles of all examples, as in `planBatches`. Every example stands once in every whole epoch.
 */
export class GrowingPlan {
  readonly #inputs: GrowingPlanInputs;
  readonly #random: Random;
  readonly #packing: PackingMeter;
  readonly #lengths: number[] = [];
  #waiting: readonly number[] = [];
  #steps = 0;

  constructor(inputs: GrowingPlanInputs) {
    this.#inputs = inputs;
    this.#random = createRandom(inputs.seed);
    this.#packing = new PackingMeter(microBatchBudget(inputs));
  }

  /** True once all steps are planned. */
  get isComplete(): boolean {
    return this.#steps >= this.#inputs.maxSteps;
  }

  /** How full the micro-batches planned so far are. */
  get packing(): PackingFigures {
    return this.#packing.figures;
  }

  /** Takes the lengths of a part's examples, numbered on; gives the steps that they fill. */
  addPart(lengths: readonly number[]): readonly Step[] {
    const first = this.#lengths.length;
    for (const length of lengths) this.#lengths.push(length);
    const steps = this.#planEpochOf([...this.#waiting, ...lengths.map((_, index) => first + index)]);
    this.#waiting = steps.filter((step) => !isFullStep(step, this.#inputs)).flat(2);
    return this.#count(steps.filter((step) => isFullStep(step, this.#inputs)));
  }

  /** After the last part: the end of the first epoch, then as many epochs as there are steps left. */
  finish(): readonly Step[] {
    const steps = [...this.#planEpochOf(this.#waiting)];
    this.#waiting = [];
    const all = this.#lengths.map((_, index) => index);
    while (this.#steps + steps.length < this.#inputs.maxSteps) steps.push(...this.#planEpochOf(all));
    return this.#count(steps);
  }

  #planEpochOf(indices: readonly number[]): readonly Step[] {
    return planEpochOf(indices, { ...this.#inputs, lengths: this.#lengths }, this.#random);
  }

  /** Cuts the steps to those that are left, and counts them. */
  #count(planned: readonly Step[]): readonly Step[] {
    const steps = planned.slice(0, this.#inputs.maxSteps - this.#steps);
    this.#steps += steps.length;
    this.#packing.add(steps.flat(), this.#lengths);
    return steps;
  }
}
