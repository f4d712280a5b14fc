/** The user's hand on a run: pause, cancel, and the abort signal, whichever phase the work is in. */
import { CancelledError, RunError } from "../errors.js";
import type { Bridge } from "../transport/bridge.js";

/** Stops the client's own work by a signal, and the sidecar's by a call once there is a run. */
export class RunControl {
  /** The sidecar's id of the run, once it has one. */
  readonly runId: Promise<string>;
  readonly #bridge: Bridge;
  readonly #stopping = new AbortController();
  #id: string | undefined;
  #resolveId: (runId: string) => void = () => {};
  #rejectId: (reason: unknown) => void = () => {};
  readonly #watching = new AbortController();
  #training = false;
  #failure: { readonly reason: unknown } | undefined;

  constructor(bridge: Bridge, signal: AbortSignal | undefined) {
    this.#bridge = bridge;
    this.runId = new Promise((resolve, reject) => {
      this.#resolveId = resolve;
      this.#rejectId = reject;
    });
    // Nobody may ask for the id; a run that never starts must then not end the process.
    this.runId.catch(() => {});
    if (signal?.aborted) this.#stopping.abort(signal.reason);
    signal?.addEventListener("abort", () => void this.cancel().catch(() => {}), { once: true });
  }

  /** Fires when the client's own work is to stop: evaluating, uploading. Training is stopped by the sidecar. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Fires when nobody waits for the run any more, which goes on. */
  get watchSignal(): AbortSignal {
    return this.#watching.signal;
  }

  /** Why work beside the training failed the whole. */
  get failure(): unknown {
    return this.#failure?.reason;
  }

  /** The id where there is one already. */
  get knownRunId(): string | undefined {
    return this.#id;
  }

  /** Told by the pipeline: the run exists and trains from now on. */
  async trainingStarts(runId: string): Promise<void> {
    this.#id = runId;
    this.#resolveId(runId);
    this.#training = true;
    if (this.#stopping.signal.aborted) await this.#bridge.cancelRun(runId);
  }

  /** Told by the pipeline: training is over. */
  trainingEnds(): void {
    this.#training = false;
  }

  /** Told by the pipeline: it failed; work beside it stops, and whoever waits for an id that never came is told so. */
  fails(reason: unknown): void {
    this.#stopping.abort();
    this.#rejectId(reason);
  }

  /**
   * Told by work beside the training: it failed, so that the whole does, and the run is cancelled. A run that has other
   * data than is given now is left as it is: it may be someone else's.
   */
  failWith(reason: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#failure = { reason };
    if (reason instanceof RunError && reason.code === "run-key-conflict") {
      this.#stopping.abort();
      this.#watching.abort();
    } else {
      // Where the sidecar can't be told any more, watching the run fails as well.
      this.cancel().catch(() => {});
    }
  }

  async cancel(): Promise<void> {
    this.#stopping.abort();
    if (this.#training && this.#id !== undefined) await this.#bridge.cancelRun(this.#id);
  }

  async pause(): Promise<void> {
    await this.#bridge.pauseRun(await this.runId);
  }

  /** Throws if the work was cancelled. */
  throwIfCancelled(): void {
    if (this.#stopping.signal.aborted) throw cancelled(this.#id);
  }
}

/** The error of work that its owner stopped. */
export function cancelled(runId: string | undefined): CancelledError {
  return new CancelledError({
    code: "cancelled",
    what:
      runId === undefined
        ? "The finetune was cancelled before training."
        : `The finetune was cancelled; its run is ${runId}.`,
    nextStep:
      runId === undefined
        ? "Start it again."
        : `Call finetune() with the same key and settings, or client.runs.resume("${runId}"), to go on from its last checkpoint.`,
    ...(runId === undefined ? {} : { facts: { runId } }),
  });
}
