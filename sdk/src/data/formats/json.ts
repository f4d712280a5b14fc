/** JSON files that are one list of rows. */
import { readColumnOptions } from "../../config/column-options.js";
import type { SourceRow } from "../data-source.js";
import type { Dataset } from "../dataset.js";
import { utf8Bytes } from "../files/encoding.js";
import { unpacked } from "../files/unpack.js";
import { jsonRow, notUtf8, textOf } from "../json-text.js";
import { placeOf } from "../place.js";
import { longestRowBytes, rowTooLarge } from "../row-limit.js";
import { type ColumnOptions, columnsOf } from "./columns.js";
import { type FileFormat, fileDataset } from "./file-rows.js";
import { type ListElement, listElements } from "./list-elements.js";

/**
 * Reads training examples from a JSON file that is a list of objects, packed by gzip or zstd or not: a path, a URL, or
 * hf://owner/name/path. Each object is in one of the shapes of docs/data.md. The list is streamed, row by row.
 */
export function json(place: string | URL, options: ColumnOptions = {}): Dataset {
  return fileDataset(place, jsonFormat, columnsOf(readColumnOptions(options, "json")));
}

/** One JSON list. */
export const jsonFormat: FileFormat = {
  description: "a JSON file that is a list of rows",
  async *rows(file, name) {
    for await (const element of listElements(utf8Bytes(unpacked(file.bytes()), name))) yield rowOf(element, name);
  },
};

function rowOf(element: ListElement, file: string): SourceRow {
  const source = { file, line: element.line, row: element.row };
  if ("problem" in element) {
    const { problem, wanted } = element;
    return { source, faults: [{ where: placeOf(source), problem, wanted, check: "invalid_json" }] };
  }
  if (element.length > longestRowBytes) return rowTooLarge(source, element.length);
  const text = textOf(element.bytes);
  return text === undefined ? notUtf8(element.bytes, source) : jsonRow(text, source);
}
