/** All that a finetune tells while it goes on: the sidecar's training events and the client's own evaluation events. */
import type { StepFigure } from "../evaluation/best-step.js";
import type { MetricSummary } from "../evaluation/result.js";
import type { Kept } from "../evaluation/retention/kept.js";
import type { Figure } from "../evaluation/watched-figure.js";
import type { TrainingEvent } from "../training/run-event.js";

/** Whether an evaluation measures the base model, a checkpoint while training goes on, or the tuned model. */
export type EvaluationPhase = "before" | "during" | "after";

interface Numbered {
  /** 1, 2, 3, ... over all events of the handle, without gaps. */
  readonly sequence: number;
  readonly unixSeconds: number;
}

interface OfEvaluation extends Numbered {
  readonly phase: EvaluationPhase;
  /** Step of the checkpoint, with phase "during" alone. */
  readonly step?: number;
}

/** An evaluation begins. */
export interface EvaluationStartEvent extends OfEvaluation {
  readonly type: "eval-start";
  /** Names of the tasks. */
  readonly tasks: readonly string[];
}

/** Items of a task were answered. */
export interface EvaluationProgressEvent extends OfEvaluation {
  readonly type: "eval-progress";
  readonly task: string;
  readonly done: number;
  readonly total: number;
  /** Of `done`, answers kept from an earlier evaluation. */
  readonly reused: number;
  /** Seconds that the rest of the task takes by the pace so far, 0 or more; undefined until a twentieth is done. */
  readonly secondsLeft: number | undefined;
}

/** An evaluation is over. */
export interface EvaluationEndEvent extends OfEvaluation {
  readonly type: "eval-end";
  readonly seconds: number;
  /** Items that were judged, in all tasks but drift. */
  readonly items: number;
  /** Of these, items whose answers were kept from an earlier evaluation. */
  readonly reused: number;
  /** By task, then by metric. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, MetricSummary>>>>;
  /** The figure that checkpoints are compared by, and the best so far, with phase "during" alone. */
  readonly watched?: Figure & { readonly best: StepFigure };
}

/** A checkpoint kept less of what the base knew than was asked for; the run is ended, with the reason "retention-below". */
export interface RetentionBelowEvent extends Numbered {
  readonly type: "retention-below";
  /** Step of the checkpoint. */
  readonly step: number;
  readonly kept: Kept;
  /** What was asked for, a share. */
  readonly leastKept: number;
}

/** Events of the client itself. */
export type EvaluationEvent = EvaluationStartEvent | EvaluationProgressEvent | EvaluationEndEvent | RetentionBelowEvent;

/**
 * An event of a finetune, as a closed union told apart by `type`. `sequence` numbers the handle's own events; the
 * sidecar's record of the same run, which `runs.watch` replays, has its own numbers without the evaluations.
 */
export type RunEvent = TrainingEvent | EvaluationEvent;

type WithoutSequence<Event> = Event extends RunEvent ? Omit<Event, "sequence"> : never;

/** An event before it is given its number. */
export type UnnumberedEvent = WithoutSequence<RunEvent>;
