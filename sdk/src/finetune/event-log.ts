/** A growing list of events that any number of readers can follow from any place, each at its own pace. */
import type { RunEvent, UnnumberedEvent } from "./run-event.js";

/** Keeps every event; readers see all from where they begin, then new ones until the log is closed. */
export class EventLog {
  readonly #events: RunEvent[] = [];
  #closed = false;
  #wake: () => void = () => {};
  #changed = this.#nextChange();

  /** Adds an event under the next number. */
  append(event: UnnumberedEvent): void {
    this.#events.push({ ...event, sequence: this.#events.length + 1 });
    this.#announce();
  }

  /** Ends every reader once it has seen all. */
  close(): void {
    this.#closed = true;
    this.#announce();
  }

  /** Events from a number on; 1 is the first. */
  async *read(fromSequence = 1): AsyncGenerator<RunEvent, void, undefined> {
    for (let position = Math.max(0, fromSequence - 1); ; position++) {
      while (position >= this.#events.length) {
        if (this.#closed) return;
        await this.#changed;
      }
      const event = this.#events[position];
      if (event !== undefined) yield event;
    }
  }

  #announce(): void {
    const wake = this.#wake;
    this.#changed = this.#nextChange();
    wake();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
