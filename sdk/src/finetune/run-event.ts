/** All that a finetune tells while it goes on: the sidecar's training events and the client's own evaluation events. */
import type { MetricSummary } from "../evaluation/result.js";
import type { TrainingEvent } from "../training/run-event.js";

/** Whether an evaluation measures the base model or the tuned one. */
export type EvaluationPhase = "before" | "after";

interface Numbered {
  /** 1, 2, 3, ... over all events of the handle, without gaps. */
  readonly sequence: number;
  readonly unixSeconds: number;
}

/** An evaluation begins. */
export interface EvaluationStartEvent extends Numbered {
  readonly type: "eval-start";
  readonly phase: EvaluationPhase;
  /** Names of the tasks. */
  readonly tasks: readonly string[];
}

/** Items of a task were answered. */
export interface EvaluationProgressEvent extends Numbered {
  readonly type: "eval-progress";
  readonly phase: EvaluationPhase;
  readonly task: string;
  readonly done: number;
  readonly total: number;
}

/** An evaluation is over. */
export interface EvaluationEndEvent extends Numbered {
  readonly type: "eval-end";
  readonly phase: EvaluationPhase;
  readonly seconds: number;
  /** By task, then by metric. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, MetricSummary>>>>;
}

/** Events of the client itself. */
export type EvaluationEvent = EvaluationStartEvent | EvaluationProgressEvent | EvaluationEndEvent;

/**
 * An event of a finetune, as a closed union told apart by `type`. `sequence` numbers the handle's own events; the
 * sidecar's record of the same run, which `runs.watch` replays, has its own numbers without the evaluations.
 */
export type RunEvent = TrainingEvent | EvaluationEvent;

type WithoutSequence<Event> = Event extends RunEvent ? Omit<Event, "sequence"> : never;

/** An event before it is given its number. */
export type UnnumberedEvent = WithoutSequence<RunEvent>;
