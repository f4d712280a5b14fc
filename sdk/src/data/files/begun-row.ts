/** The bytes of a row that lies across chunks; of one that is longer than a row may be, only the length. */
import { longestRowBytes } from "../row-limit.js";

/** What was gathered. */
export interface RowBytes {
  /** Empty for a row longer than a row may be. */
  readonly bytes: Buffer;
  readonly length: number;
}

/** Gathers parts of a row. */
export class BegunRow {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** The part must not change until the row is taken. */
  append(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > longestRowBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  /** The row so far; a new one begins. */
  take(): RowBytes {
    const [only] = this.#parts;
    const alone = this.#parts.length === 1 && only ? Buffer.from(only.buffer, only.byteOffset, only.length) : undefined;
    const row = { bytes: alone ?? Buffer.concat(this.#parts), length: this.#length };
    this.#parts = [];
    this.#length = 0;
    return row;
  }
}
