/** Reads a file line by line as bytes, in bounded memory. */
import { createReadStream } from "node:fs";

const lineFeed = 0x0a;

/** One line without its line feed. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

/**
 * Yields the file's lines in order; the last needs no line feed, and an empty file has none.
 *
 * `onBytes` sees every byte of the file once, in order. Throws what node:fs throws, and an AbortError on the signal.
 */
export async function* readLines(
  path: string,
  onBytes: (bytes: Buffer) => void,
  signal?: AbortSignal,
): AsyncGenerator<FileLine> {
  let number = 0;
  let begun: Buffer[] = [];
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) {
    const bytes: Buffer = chunk;
    onBytes(bytes);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      number += 1;
      yield { number, bytes: Buffer.concat([...begun, bytes.subarray(start, end)]) };
      begun = [];
      start = end + 1;
    }
    if (start < bytes.length) begun.push(bytes.subarray(start));
  }
  if (begun.length > 0) yield { number: number + 1, bytes: Buffer.concat(begun) };
}
