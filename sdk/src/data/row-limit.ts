/** The size past which a row is no example but a mistake, such as a whole file on one line. */
import type { FaultyRow } from "./data-source.js";
import type { Source } from "./datum.js";
import { placeOf } from "./place.js";

/** 16 MiB: millions of tokens, more than any model's context. It bounds the memory that reading takes. */
export const longestRowBytes = 16 * 2 ** 20;

/** The row that is longer than this; its bytes where they were counted. */
export function rowTooLarge(source: Source, bytes?: number): FaultyRow {
  const problem = "the row is too large to be an example";
  const found = bytes === undefined ? "more than 16 MiB" : `${bytes} bytes`;
  const wanted = "rows of at most 16 MiB (16777216 bytes), one for each example";
  return { source, faults: [{ where: placeOf(source), problem, found, wanted, check: "row_too_large" }] };
}
