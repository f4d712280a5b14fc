/** Cuts a stream of bytes into lines, in bounded memory. */
import { BegunRow, type RowBytes } from "./begun-row.js";

const lineFeed = 0x0a;

/** One line without its line feed. */
export interface FileLine extends RowBytes {
  /** From 1. */
  readonly number: number;
}

/** Yields the lines in order; the last needs no line feed, and an empty file has none. Throws what the stream throws. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileLine> {
  let number = 1;
  const begun = new BegunRow();
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
