/** Reads the bytes of one JSON value, and tells what is wrong with them at their place. */
import { showFound } from "../config/show-found.js";
import type { Fault } from "../errors.js";
import type { SourceRow } from "./data-source.js";
import type { Source } from "./datum.js";
import { placeOf } from "./place.js";
import { changedNumbers } from "./written-numbers.js";

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes; undefined where they are not UTF-8. A byte order mark stays in the text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The row that a JSON text makes. */
export function jsonRow(text: string, source: Source): SourceRow {
  try {
    const value: unknown = JSON.parse(text);
    const changed = changedNumbers(text);
    return { source, value, ...(changed.length > 0 ? { changedNumbers: changed } : {}) };
  } catch (error) {
    return { source, faults: [brokenJson(text.trim(), source, error)] };
  }
}

/** The row of bytes that are not UTF-8. */
export function notUtf8(bytes: Uint8Array, source: Source): SourceRow {
  const found = showFound(new TextDecoder().decode(bytes.subarray(0, 200)));
  const problem = "the row is not valid UTF-8";
  return {
    source,
    faults: [{ where: placeOf(source), problem, found, wanted: "a file saved as UTF-8", check: "invalid_utf8" }],
  };
}

function brokenJson(text: string, source: Source, error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  const wanted = text.endsWith(",")
    ? "no comma after the object"
    : text.startsWith("[")
      ? 'one object a line; a file that is one JSON list is read by json("...")'
      : "one whole JSON object";
  const problem = `the row is not valid JSON: ${reason}`;
  return { where: placeOf(source), problem, found: showFound(text), wanted, check: "invalid_json" };
}
