/** JSON Lines files: one JSON object a line, in UTF-8. */

import { readColumnOptions } from "../../config/column-options.js";
import type { SourceRow } from "../data-source.js";
import type { Dataset } from "../dataset.js";
import { utf8Bytes } from "../files/encoding.js";
import { type FileLine, linesOf } from "../files/lines.js";
import { unpacked } from "../files/unpack.js";
import { jsonRow, notUtf8, textOf } from "../json-text.js";
import { longestRowBytes, rowTooLarge } from "../row-limit.js";
import { type ColumnOptions, columnsOf } from "./columns.js";
import { type FileFormat, fileDataset } from "./file-rows.js";

/**
 * Reads training examples from a JSON Lines file, packed by gzip or zstd or not: a path, a URL, or hf://owner/name/path.
 *
 * Each line is an object in one of the shapes of docs/data.md. Blank lines are passed over, yet count in line numbers; a
 * byte order mark at the start is passed over too. The file is streamed when the data is needed; every bad row is then
 * told at once, each as file:line.
 */
export function jsonl(place: string | URL, options: ColumnOptions = {}): Dataset {
  return fileDataset(place, jsonlFormat, columnsOf(readColumnOptions(options, "jsonl")));
}

/** One object a line. */
export const jsonlFormat: FileFormat = {
  description: "a file in JSON Lines form",
  async *rows(file, name) {
    for await (const line of linesOf(utf8Bytes(unpacked(file.bytes()), name))) {
      const row = rowOf(line, name);
      if (row !== undefined) yield row;
    }
  },
};

/** The row on a line, or undefined for a blank one. */
function rowOf({ number, bytes, length }: FileLine, file: string): SourceRow | undefined {
  const source = { file, line: number };
  if (length > longestRowBytes) return rowTooLarge(source, length);
  const text = textOf(bytes);
  if (text === undefined) return notUtf8(bytes, source);
  return text.trim() === "" ? undefined : jsonRow(text, source);
}
