/** The handle of a finetune: its events as an async iterable, its result as a promise, and the means to stop it. */
import type { DataSummary } from "../data/data-summary.js";
import type { LayerPlan } from "../layers/layer-plan.js";
import type { PackingFigures } from "../training/packing.js";
import type { Preflight } from "../training/preflight-result.js";
import type { EventLog } from "./event-log.js";
import type { FinetuneResult } from "./finetune-result.js";
import type { RunEvent } from "./run-event.js";
import type { ReplayData, TrainingData } from "./training-data.js";

/** What the handle is made of; the pipeline gives it. */
export interface FinetuneRunParts {
  readonly key: string;
  readonly plan: LayerPlan;
  /** The plan as a picture for a terminal of the given width. */
  readonly drawPlan: (width?: number, colour?: boolean) => string;
  readonly data: Pick<TrainingData, "summary" | "packing" | "replay">;
  readonly preflight: Preflight | undefined;
  readonly trainableParameters: number;
  readonly totalParameters: number;
  readonly stepsTotal: number;
  readonly log: EventLog;
  readonly runId: Promise<string>;
  readonly result: Promise<FinetuneResult>;
  readonly pause: () => Promise<void>;
  readonly cancel: () => Promise<void>;
}

/**
 * A finetune that goes on by itself. Reading its events is optional: leaving the loop, or never entering it, stops
 * nothing. Every reader sees all events from the first one.
 */
export class FinetuneRun implements AsyncIterable<RunEvent> {
  /** Names this piece of work: the same key with the same settings and data continues it. */
  readonly key: string;
  readonly plan: LayerPlan;
  /** What was measured before the start; undefined where nothing was tried. */
  readonly preflight: Preflight | undefined;
  readonly trainableParameters: number;
  readonly totalParameters: number;
  /** Optimiser steps planned. */
  readonly stepsTotal: number;
  readonly #parts: FinetuneRunParts;

  constructor(parts: FinetuneRunParts) {
    this.key = parts.key;
    this.plan = parts.plan;
    this.preflight = parts.preflight;
    this.trainableParameters = parts.trainableParameters;
    this.totalParameters = parts.totalParameters;
    this.stepsTotal = parts.stepsTotal;
    this.#parts = parts;
  }

  /**
   * The data in figures: what is trained on, what was left out or cut, duplicates, and what evaluation tasks share. While
   * data is still prepared, of the rows read so far, and without what tasks share.
   */
  get data(): DataSummary {
    return this.#parts.data.summary;
  }

  /** The general data that is mixed in; undefined where there is none. */
  get replay(): ReplayData | undefined {
    return this.#parts.data.replay;
  }

  /** How full the micro-batches are that are planned by now. */
  get packing(): PackingFigures {
    return this.#parts.data.packing;
  }

  /** The layer plan as a picture in text; `width` in columns, 80 by default; without colour unless asked. */
  drawPlan(options: { readonly width?: number; readonly colour?: boolean } = {}): string {
    return this.#parts.drawPlan(options.width, options.colour);
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    return this.#parts.log.read();
  }

  /** Events from a sequence number on; 1 is the first. */
  events(fromSequence = 1): AsyncIterable<RunEvent> {
    return this.#parts.log.read(fromSequence);
  }

  /** The sidecar's id of the training, once that has started; rejects as `result` does if it never starts. */
  id(): Promise<string> {
    return this.#parts.runId;
  }

  /**
   * Waits for the end: training done and, where tasks were given, measured before and after.
   *
   * Throws a RunError where the run fails, is paused or interrupted (`facts.runId` names it), a CancelledError where it
   * was cancelled, an EvaluationError where an evaluation fails.
   */
  result(): Promise<FinetuneResult> {
    return this.#parts.result;
  }

  /** Stops the training at the next step with a checkpoint; `result` then rejects with code "run-paused". */
  pause(): Promise<void> {
    return this.#parts.pause();
  }

  /** Ends the work: at once while evaluating, at the next step with a checkpoint while training. */
  cancel(): Promise<void> {
    return this.#parts.cancel();
  }
}
