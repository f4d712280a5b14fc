/** The sidecar's record of runs, seen from the client: list, look, watch, steer, fetch. */
import type { ReportArtifact } from "../report/run-report.js";
import type { TrainingEvent } from "../training/run-event.js";
import type { RunRecord } from "../training/run-record.js";
import type { Bridge } from "../transport/bridge.js";
import { runEnded } from "./run-ended.js";
import { saveArtifacts } from "./save-artifacts.js";
import { saveMergedModel } from "./save-merged-model.js";

interface Abortable {
  readonly signal?: AbortSignal;
}

/** `client.runs`. Every method throws a RunError "run-not-found" for an id that the sidecar does not know. */
export class Runs {
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** All runs of the sidecar's state folder, newest first; pages are fetched as they are needed. */
  list(options: Abortable = {}): AsyncIterable<RunRecord> {
    return this.#bridge.listRuns(options.signal);
  }

  /** One run as it stands. */
  get(runId: string, options: Abortable = {}): Promise<RunRecord> {
    return this.#bridge.getRun(runId, options.signal);
  }

  /**
   * Events of a run from a sequence number on (1, the default, is the first): those recorded, then new ones until the
   * run ends, is paused or is interrupted. Leaving the loop stops the watching, not the run.
   */
  watch(runId: string, options: Abortable & { readonly fromSequence?: number } = {}): AsyncIterable<TrainingEvent> {
    return this.#bridge.watchRun(runId, options.fromSequence ?? 1, options.signal);
  }

  /** Waits until a run has completed. Throws a RunError or CancelledError where it ends otherwise. */
  async wait(runId: string, options: Abortable = {}): Promise<RunRecord> {
    for (;;) {
      const { lastSequence } = await this.get(runId, options);
      for await (const _ of this.watch(runId, { ...options, fromSequence: lastSequence + 1 }));
      const record = await this.get(runId, options);
      if (record.state === "completed") return record;
      // Someone may have resumed it in between; then the wait goes on.
      if (!["queued", "running", "waiting"].includes(record.state)) throw runEnded(record);
    }
  }

  /** Stops a run at the next step with a checkpoint, to be resumed. */
  pause(runId: string, options: Abortable = {}): Promise<RunRecord> {
    return this.#bridge.pauseRun(runId, options.signal);
  }

  /** Goes on with a paused, interrupted, cancelled or failed run: from the newest checkpoint, or the given step's. */
  resume(runId: string, options: Abortable & { readonly step?: number } = {}): Promise<RunRecord> {
    return this.#bridge.resumeRun(runId, options.step, options.signal);
  }

  /** Ends a run at the next step with a checkpoint. */
  cancel(runId: string, options: Abortable = {}): Promise<RunRecord> {
    return this.#bridge.cancelRun(runId, options.signal);
  }

  /**
   * Completes a run at the next step with what it has learnt so far; `reason`, in kebab case and of 1 to 200 characters,
   * is told in its last event. A run that has ended stays as it is.
   */
  finish(runId: string, reason: string, options: Abortable = {}): Promise<RunRecord> {
    return this.#bridge.finishRun(runId, reason, options.signal);
  }

  /** Writes a run's adapter or changed tensors into a folder: the newest checkpoint's, or the given step's. */
  save(
    runId: string,
    folder: string,
    options: Abortable & { readonly step?: number } = {},
  ): Promise<readonly ReportArtifact[]> {
    return saveArtifacts(this.#bridge, runId, folder, options);
  }

  /**
   * Writes the whole model with a run's weights in it into a folder, in the hub's layout: the newest checkpoint's, or the
   * given step's. Throws OptionsError where the folder holds an adapter, which loaders would apply a second time.
   */
  saveMerged(
    runId: string,
    folder: string,
    options: Abortable & { readonly step?: number } = {},
  ): Promise<readonly ReportArtifact[]> {
    return saveMergedModel(this.#bridge, runId, folder, options);
  }
}
