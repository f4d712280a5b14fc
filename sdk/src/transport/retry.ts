/** Decides whether a broken stream is tried again, and waits before it is. */
import { setTimeout as delay } from "node:timers/promises";
import { CancelledError } from "../errors.js";
import type { Channel } from "./channel.js";
import { isBroken } from "./status.js";

/** The tries of one piece of work; only tries in a row that brought nothing count. */
export class Retry {
  readonly #channel: Channel;
  readonly #signal: AbortSignal | undefined;
  #fruitless = 0;

  constructor(channel: Channel, signal: AbortSignal | undefined) {
    this.#channel = channel;
    this.#signal = signal;
  }

  /** Call when a try brought something. */
  progressed(): void {
    this.#fruitless = 0;
  }

  /** Waits before the next try. Throws the error itself where a new try can't help or enough were made. */
  async afterFailure(error: unknown): Promise<void> {
    const { fruitlessTries, firstPauseMilliseconds, longestPauseMilliseconds } = this.#channel.timings;
    if (!isBroken(error) || this.#channel.closing.aborted || this.#fruitless >= fruitlessTries) throw error;
    const pause = Math.min(firstPauseMilliseconds * 2 ** this.#fruitless, longestPauseMilliseconds);
    this.#fruitless += 1;
    // Clients that lost the same sidecar should not all come back at the same moment.
    await this.#wait(pause * (0.5 + Math.random() / 2));
  }

  async #wait(milliseconds: number): Promise<void> {
    try {
      const stopped = [this.#channel.closing, ...(this.#signal ? [this.#signal] : [])];
      await delay(milliseconds, undefined, { signal: AbortSignal.any(stopped) });
    } catch {
      // The next try fails at once, with the reason why the channel closed.
      if (this.#channel.closing.aborted) return;
      const what = "The wait for the sidecar to come back was cancelled by the caller.";
      throw new CancelledError({ code: "cancelled", what, cause: this.#signal?.reason });
    }
  }
}
