/** Follows a figure over the checkpoints of a run: which is the best, and whether there is still a gain. */

/** How figures are compared. */
export interface GainRule {
  readonly goal: "higher" | "lower";
  /** A gain is more than this, 0 or more, over the figure of the last gain. */
  readonly minimumGain: number;
  /** Evaluations without a gain, 1 or more, after which it is over. Undefined: never. */
  readonly patience: number | undefined;
}

/** A checkpoint's figure. */
export interface StepFigure {
  /** Optimiser steps done. */
  readonly step: number;
  readonly value: number;
}

/** Takes figures by ascending step. The best is the first of the best value, however small its gain. */
export class BestStep {
  readonly #rule: GainRule;
  #best: StepFigure | undefined;
  #latestGain: StepFigure | undefined;
  #withoutGain = 0;

  constructor(rule: GainRule) {
    this.#rule = rule;
  }

  add(figure: StepFigure): void {
    if (this.#best === undefined || this.#gain(figure, this.#best) > 0) this.#best = figure;
    if (this.#latestGain === undefined || this.#gain(figure, this.#latestGain) > this.#rule.minimumGain) {
      this.#latestGain = figure;
      this.#withoutGain = 0;
    } else {
      this.#withoutGain += 1;
    }
  }

  /** Undefined before the first figure. */
  get best(): StepFigure | undefined {
    return this.#best;
  }

  /** The last figure that was a gain; undefined before the first. */
  get latestGain(): StepFigure | undefined {
    return this.#latestGain;
  }

  /** True once patience is at its end. */
  get isOver(): boolean {
    return this.#rule.patience !== undefined && this.#withoutGain >= this.#rule.patience;
  }

  #gain(figure: StepFigure, reference: StepFigure): number {
    const difference = figure.value - reference.value;
    return this.#rule.goal === "higher" ? difference : -difference;
  }
}
