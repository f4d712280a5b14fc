/** Tables as text: comma-separated and tab-separated values with a header line. */
import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { readTableOptions } from "../../config/column-options.js";
import type { SourceRow } from "../data-source.js";
import type { Dataset } from "../dataset.js";
import { checkedUtf8 } from "../files/checked-utf8.js";
import { utf8Bytes } from "../files/encoding.js";
import { unpacked } from "../files/unpack.js";
import { placeOf } from "../place.js";
import { longestRowBytes, rowTooLarge } from "../row-limit.js";
import { type ColumnOptions, type Columns, columnsOf } from "./columns.js";
import { type FileFormat, fileDataset } from "./file-rows.js";
import { readHeader, type TableHeader, tableRow } from "./table-row.js";

/** How to read a table. */
export type CsvOptions = ColumnOptions & {
  /** One character between two values; default "," for csv and a tab for tsv. */
  readonly delimiter?: string;
};

/**
 * Reads training examples from a CSV file with a header line, packed by gzip or zstd or not: a path, a URL, or
 * hf://owner/name/path.
 *
 *     csv("faq.csv", { prompt: "Question", completion: "Answer" })
 *
 * Values may be quoted as RFC 4180 has it, over several lines too; a row's place is the line it starts on. Cells of the
 * keys messages, conversations, tools, tokenIds and lossWeights hold JSON.
 */
export function csv(place: string | URL, options: CsvOptions = {}): Dataset {
  const { delimiter = ",", ...columns } = readTableOptions(options, "csv");
  return fileDataset(place, csvFormat(delimiter), columnsOf(columns));
}

/** As csv, with a tab between values. */
export function tsv(place: string | URL, options: CsvOptions = {}): Dataset {
  const { delimiter = "\t", ...columns } = readTableOptions(options, "tsv");
  return fileDataset(place, csvFormat(delimiter), columnsOf(columns));
}

/** A table with this delimiter. */
export function csvFormat(delimiter: string): FileFormat {
  return {
    description: "a table with a header line",
    rows: (file, name, columns) =>
      tableRows(checkedUtf8(utf8Bytes(unpacked(file.bytes()), name), name), name, columns, delimiter),
  };
}

async function* tableRows(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  columns: Columns,
  delimiter: string,
): AsyncGenerator<SourceRow> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRowBytes,
  });
  // An error of either end destroys the other, so that it is thrown by the loop below.
  pipeline(Readable.from(bytes), parser, () => {});
  let header: TableHeader | undefined;
  try {
    for await (const parsed of parser) {
      const { info, record }: { readonly info: { readonly lines: number }; readonly record: readonly string[] } =
        parsed;
      if (header === undefined) header = readHeader(record, name, columns);
      else yield tableRow(record, header, { file: name, line: firstLine(record, info.lines) });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield brokenTable(error, name);
  }
}

/** csv-parse tells the line that a row ends on; only quoted values hold line feeds. */
function firstLine(record: readonly string[], lastLine: number): number {
  return lastLine - record.reduce((count, value) => count + value.split("\n").length - 1, 0);
}

/** Where quotes don't fit, nobody can tell where the next row begins: this is the last row. */
function brokenTable(error: CsvError, file: string): SourceRow {
  const source = { file, line: Number(error["lines"]) };
  if (error.code === "CSV_MAX_RECORD_SIZE") return rowTooLarge(source);
  const wanted = 'quotes around the whole value, and each quote within it doubled: "a ""b"" c"';
  return { source, faults: [{ where: placeOf(source), problem: error.message, wanted, check: "csv_quotes" }] };
}
