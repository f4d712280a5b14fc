/** A run as it is followed: gathers what the report needs from its events, and checks what the sidecar says it trains. */
import { checkTrainable } from "../layers/trainable-check.js";
import { runEnded } from "../runs/run-ended.js";
import type { RunStartEvent, StepEndEvent, TrainingEvent } from "../training/run-event.js";
import type { RunRecord } from "../training/run-record.js";
import type { FinetuneJob } from "./job.js";
import type { UnnumberedEvent } from "./run-event.js";

/** What training left behind. */
export interface TrainingOutcome {
  readonly runId: string;
  /** One a step, in order; where a resume repeated steps, the repetition. */
  readonly steps: readonly StepEndEvent[];
  readonly start: RunStartEvent;
  /** Of the data sets the run was given. */
  readonly datasetHashes: readonly string[];
  /** Wall time of training, by whichever process trained: from each start to the last step or checkpoint after it. */
  readonly seconds: number;
  /** Why it completed before its last step: "max-seconds", or what it was told; else empty. */
  readonly endReason: string;
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Takes the events of one run in their order. */
export class FollowedRun {
  readonly #job: FinetuneJob;
  readonly #steps = new Map<number, StepEndEvent>();
  readonly #warnings: string[] = [];
  #start: RunStartEvent | undefined;
  #seconds = 0;
  #latestWork = 0;
  #endReason = "";

  constructor(job: FinetuneJob) {
    this.#job = job;
  }

  /** Takes an event. Throws RunError "trainable-mismatch", the run cancelled, where other parameters are trained than planned. */
  async take(event: TrainingEvent, runId: string): Promise<void> {
    switch (event.type) {
      case "run-start":
        this.#start = event;
        this.#latestWork = event.unixSeconds;
        await this.#check(event, runId);
        break;
      case "step-end":
        this.#steps.set(event.step, event);
        this.#work(event);
        break;
      case "checkpoint-saved":
        this.#work(event);
        break;
      case "warning":
        this.#warnings.push(event.message);
        break;
      case "run-end":
        this.#endReason = event.reason;
        break;
      case "run-queued":
      case "run-paused":
      case "run-interrupted":
      case "run-waiting":
        break;
    }
  }

  /** Adds a warning of the client's own. */
  warn(code: string, message: string): UnnumberedEvent {
    this.#warnings.push(message);
    return { type: "warning", unixSeconds: Date.now() / 1000, code, message };
  }

  /** What the run left behind. Throws the reason where it did not complete. */
  outcome(record: RunRecord): TrainingOutcome {
    if (record.state !== "completed" || this.#start === undefined) throw runEnded(record);
    const steps = [...this.#steps.values()].sort((left, right) => left.step - right.step);
    return {
      runId: record.runId,
      steps,
      start: this.#start,
      datasetHashes: record.specification.datasetHashes,
      seconds: this.#seconds,
      endReason: this.#endReason,
      warnings: this.#warnings,
    };
  }

  #work({ unixSeconds }: StepEndEvent | (TrainingEvent & { readonly type: "checkpoint-saved" })): void {
    this.#seconds += unixSeconds - this.#latestWork;
    this.#latestWork = unixSeconds;
  }

  async #check({ trainableNames }: RunStartEvent, runId: string): Promise<void> {
    const { layerPlan, method, trainNorms } = this.#job.specification;
    try {
      checkTrainable(trainableNames, layerPlan, method, this.#job.card, trainNorms);
    } catch (mismatch) {
      await this.#job.bridge.cancelRun(runId);
      throw mismatch;
    }
  }
}
