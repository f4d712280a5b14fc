/** Cuts a stream of bytes into lines, in bounded memory. */
import { longestRowBytes } from "../row-limit.js";

const lineFeed = 0x0a;

/** One line without its line feed. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** The bytes; of a line longer than a row may be, none. */
  readonly bytes: Buffer;
  /** Length in bytes, also of a line whose bytes were not kept. */
  readonly length: number;
}

/** Yields the lines in order; the last needs no line feed, and an empty file has none. Throws what the stream throws. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileLine> {
  let number = 1;
  const begun = new BegunLine();
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      begun.append(chunk.subarray(start, end));
      yield { number, ...begun.take() };
      number += 1;
      start = end + 1;
    }
    begun.append(chunk.subarray(start));
  }
  const last = begun.take();
  if (last.length > 0) yield { number, ...last };
}

/** The parts of a line that lies across chunks. */
class BegunLine {
  #parts: Uint8Array[] = [];
  #length = 0;

  append(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > longestRowBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  take(): Omit<FileLine, "number"> {
    const [only] = this.#parts;
    const one =
      this.#parts.length === 1 && only ? Buffer.from(only.buffer, only.byteOffset, only.byteLength) : undefined;
    const line = { bytes: one ?? Buffer.concat(this.#parts), length: this.#length };
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
