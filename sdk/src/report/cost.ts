/** What training cost, summed over its steps. */
import type { StepEndEvent } from "../training/run-event.js";

/** Totals of a run's steps. */
export interface TrainingCost {
  readonly steps: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  /** Seconds inside steps; saving and waiting not counted. */
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly peakMemoryBytes: number;
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
  };
}
