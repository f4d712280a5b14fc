/** Parquet files, one row group at a time. */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { readColumnOptions } from "../../config/column-options.js";
import { DataError } from "../../errors.js";
import type { SourceRow } from "../data-source.js";
import type { Dataset } from "../dataset.js";
import type { StoredFile } from "../files/stored-file.js";
import { packingOf } from "../files/unpack.js";
import { type ColumnOptions, checkColumns, columnsOf } from "./columns.js";
import { type FileFormat, fileDataset } from "./file-rows.js";
import { plainValue } from "./plain-value.js";

/**
 * Reads training examples from a Parquet file: a path, a URL whose server gives ranges, or hf://owner/name/path.
 *
 *     parquet("hf://openai/gsm8k/main/train-00000-of-00001.parquet", { prompt: "question", completion: "answer" })
 *
 * With columns named, only these are read from the file. A row group is in memory at a time; rows are counted from 1.
 * Columns that are null in a row count as absent there.
 */
export function parquet(place: string | URL, options: ColumnOptions = {}): Dataset {
  return fileDataset(place, parquetFormat, columnsOf(readColumnOptions(options, "parquet")));
}

/** Columns in row groups, packed by any codec that hyparquet knows. */
export const parquetFormat: FileFormat = {
  description: "a Parquet file",
  async *rows(file, name, columns) {
    const buffer = await openBuffer(file, name);
    const metadata = await parquetMetadataAsync(buffer);
    const present = parquetSchema(metadata).children.map(({ element }) => element.name);
    checkColumns(columns, present, name);
    const wanted =
      columns === undefined ? present : present.filter((one) => columns.some((column) => column.name === one));
    yield* groupRows(buffer, metadata, wanted, name);
  },
};

async function* groupRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
  name: string,
): AsyncGenerator<SourceRow> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors, parsers });
    for (const [index, row] of rows.entries()) {
      yield { source: { file: name, line: rowStart + index + 1 }, value: plainRow(row) };
    }
    rowStart = rowEnd;
  }
}

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const parsers = {
  /** hyparquet's own would put U+FFFD in place of what is no UTF-8. */
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && strictDecoder.decode(bytes),
};

function plainRow(row: Readonly<Record<string, unknown>>): unknown {
  const there = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(there.map(([key, value]) => [key, plainValue(value)]));
}

async function openBuffer(file: StoredFile, name: string): Promise<AsyncBuffer> {
  const byteLength = await file.size();
  const start = new Uint8Array(await file.range(0, Math.min(4, byteLength)));
  const packing = packingOf(start);
  if (packing !== undefined || new TextDecoder().decode(start) !== "PAR1") {
    throw new DataError({
      code: "invalid-data",
      what: `The data file ${name} is no Parquet file.`,
      found: packing === undefined ? (byteLength === 0 ? "an empty file" : "another beginning") : `${packing} data`,
      wanted: 'a file that begins with "PAR1"',
      ...(packing === undefined ? {} : { nextStep: `unpack it; Parquet is packed inside, column by column` }),
    });
  }
  return { byteLength, slice: (from, to = byteLength) => file.range(from, to) };
}
