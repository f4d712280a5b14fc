/** Refuses text files that are not in UTF-8, by name. */
import { DataError } from "../../errors.js";
import { withLongStart } from "./long-start.js";

/**
 * Passes the bytes on without a byte order mark. Throws DataError where the first bytes show UTF-16, with or without a
 * byte order mark; bytes that are no UTF-8 further on are told of with their row.
 */
export async function* utf8Bytes(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let atStart = true;
  for await (const chunk of withLongStart(chunks, 3)) {
    yield atStart ? withoutMark(chunk, name) : chunk;
    atStart = false;
  }
}

function withoutMark(start: Uint8Array, name: string): Uint8Array {
  const encoding = otherEncoding(start);
  if (encoding !== undefined) throw wrongEncoding(name, encoding);
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? start.subarray(3) : start;
}

function otherEncoding(start: Uint8Array): string | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return "UTF-16 (little endian)";
  if (start[0] === 0xfe && start[1] === 0xff) return "UTF-16 (big endian)";
  if (start[0] !== 0 && start[1] === 0) return "UTF-16 (little endian, without a byte order mark)";
  if (start[0] === 0 && start[1] !== 0) return "UTF-16 (big endian, without a byte order mark)";
  return undefined;
}

function wrongEncoding(name: string, encoding: string): DataError {
  return new DataError({
    code: "invalid-data",
    what: `The data file ${name} is not in UTF-8.`,
    found: encoding,
    wanted: "UTF-8",
    nextStep: `save it as UTF-8, for example by: iconv -f UTF-16 -t UTF-8 ${name}`,
  });
}
