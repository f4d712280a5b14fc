/** What came of watching a run, as plain values for the report. */
import type { StepFigure } from "./best-step.js";
import type { MetricKind } from "./task.js";

/** One checkpoint, measured. */
export interface WatchedStep extends StepFigure {
  /** All that was measured, by names such as "json-record.exact" and "drift.klPerToken". */
  readonly figures: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** The limit that a run was to be ended at. */
export interface WatchedRetention {
  /** The least share of what the base knew that was to be kept. */
  readonly leastKept: number;
  /** Step of the first checkpoint that kept less; undefined where none did. */
  readonly brokenAt: number | undefined;
  /** False where the first checkpoint broke it, so that no other could be the result. */
  readonly resultKeepsIt: boolean;
}

/** All checkpoints that were measured. */
export interface WatchedRun {
  /** Name of the figure that they were compared by. */
  readonly figure: string;
  readonly goal: MetricKind["goal"];
  /** Undefined for a function's figure. */
  readonly unit: MetricKind["unit"] | undefined;
  /** By ascending step; at least one. */
  readonly steps: readonly WatchedStep[];
  readonly best: StepFigure;
  /** Whether the result is the best checkpoint, or the last one whichever was best. */
  readonly keepsBest: boolean;
  /** Step of the checkpoint that is the result; undefined: the newest, measured or not. */
  readonly resultStep: number | undefined;
  /** Undefined where there was no limit. */
  readonly retention: WatchedRetention | undefined;
  /** Why the run was ended; undefined where it was not, or in an earlier call. */
  readonly endedBecause: string | undefined;
}
