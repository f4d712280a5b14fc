/** What training cost, summed over its steps. */
import type { StepEndEvent } from "../training/run-event.js";
import { byteSize, count, wattHours } from "./numbers.js";

/** Totals of a run's steps. */
export interface TrainingCost {
  readonly steps: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  /** Seconds inside steps; saving and waiting not counted. */
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly peakMemoryBytes: number;
  /** Energy that the device used in the steps; undefined unless it was counted in every one. */
  readonly joules: number | undefined;
}

/** Totals of at least one step; undefined for a run without steps. */
export function trainingCost(steps: readonly StepEndEvent[]): TrainingCost | undefined {
  if (steps.length === 0) return undefined;
  const total = (figure: (step: StepEndEvent) => number) => steps.reduce((sum, step) => sum + figure(step), 0);
  const tokens = total((step) => step.tokens);
  const seconds = total((step) => step.seconds);
  return {
    steps: steps.length,
    tokens,
    trainedTokens: total((step) => step.trainedTokens),
    seconds,
    tokensPerSecond: tokens / seconds,
    peakMemoryBytes: steps.reduce((peak, step) => Math.max(peak, step.peakMemoryBytes), 0),
    joules: steps.every(({ joules }) => joules !== undefined) ? total((step) => step.joules ?? 0) : undefined,
  };
}

/** "362 tokens/s in training, peak memory 3.0 GB, energy 0.42 Wh"; without the last where it was not counted. */
export function speedWords({ tokensPerSecond, peakMemoryBytes, joules }: TrainingCost): string {
  const energy = joules === undefined ? "" : `, energy ${wattHours(joules)}`;
  return `${count(tokensPerSecond)} tokens/s in training, peak memory ${byteSize(peakMemoryBytes)}${energy}`;
}
