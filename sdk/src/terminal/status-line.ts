/** One line that is rewritten in a terminal; elsewhere (a file, CI) only its marked states are printed, a line each. */
import { createLogUpdate } from "log-update";

/** Where lines go. */
export type Output = NodeJS.WriteStream;

/** The line at the bottom. */
export class StatusLine {
  readonly #output: Output;
  readonly #update: ReturnType<typeof createLogUpdate> | undefined;
  #written = "";

  constructor(output: Output) {
    this.#output = output;
    this.#update = output.isTTY ? createLogUpdate(output) : undefined;
  }

  /** Shows a passing state. `marked` ones are also worth a line in a file. */
  show(text: string, marked: boolean): void {
    if (this.#update) this.#update(text);
    else if (marked) this.#write(text);
  }

  /** Leaves a line standing, in place of the passing one. */
  keep(text: string): void {
    if (!this.#update) {
      if (text !== this.#written) this.#write(text);
      return;
    }
    this.#update(text);
    this.#update.done();
  }

  /** Takes the passing line away. */
  clear(): void {
    this.#update?.clear();
    this.#update?.done();
  }

  #write(text: string): void {
    this.#output.write(`${text}\n`);
    this.#written = text;
  }
}
