/** Writes where a row stands. */
import type { Source } from "./datum.js";

/** As messages of errors have it: "train.jsonl:17", and "train.json:3 row 17" for the rows of a JSON list. */
export function placeOf({ file, line, row }: Source): string {
  return row === undefined ? `${file}:${line}` : `${file}:${line} row ${row}`;
}
