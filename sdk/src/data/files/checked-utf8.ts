/** Checks text for UTF-8 as it streams by, for parsers that would replace what is none. */
import { isUtf8 } from "node:buffer";
import { showFound } from "../../config/show-found.js";
import { DataError, type Fault } from "../../errors.js";
import { longestRowBytes, rowTooLarge } from "../row-limit.js";

const lineFeed = 0x0a;

/**
 * Passes the bytes on, in pieces that end with a line. Throws DataError at the first line that is not UTF-8, or that is
 * longer than a row may be.
 */
export async function* checkedUtf8(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let line = 1;
  let begun: Uint8Array[] = [];
  let begunLength = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      const lines = Buffer.concat([...begun, chunk.subarray(0, end)]);
      line = check(lines, line, name);
      yield lines;
      begun = [];
      begunLength = 0;
    }
    begun.push(chunk.subarray(end));
    begunLength += chunk.length - end;
    if (begunLength > longestRowBytes) throw unusable(name, rowTooLarge({ file: name, line }).faults);
  }
  const last = Buffer.concat(begun);
  check(last, line, name);
  yield last;
}

/** The number of the line after these. */
function check(lines: Buffer, firstLine: number, name: string): number {
  const sound = isUtf8(lines);
  let line = firstLine;
  let start = 0;
  for (let end = lines.indexOf(lineFeed); end !== -1; end = lines.indexOf(lineFeed, start)) {
    if (!sound && !isUtf8(lines.subarray(start, end))) throw notUtf8(lines.subarray(start, end), line, name);
    line += 1;
    start = end + 1;
  }
  if (!sound) throw notUtf8(lines.subarray(start), line, name);
  return line;
}

function notUtf8(bytes: Buffer, line: number, name: string): DataError {
  const problem = "the line is not valid UTF-8";
  const found = showFound(bytes.toString("utf8"));
  return unusable(name, [
    { where: `${name}:${line}`, problem, found, wanted: "a file saved as UTF-8", check: "invalid_utf8" },
  ]);
}

function unusable(name: string, faults: readonly Fault[]): DataError {
  return new DataError({ code: "invalid-data", what: `The data file ${name} can't be read any further.`, faults });
}
