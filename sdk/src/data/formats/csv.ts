/** Tables as text: comma-separated and tab-separated values with a header line. */
import { readTableOptions } from "../../config/column-options.js";
import type { SourceRow } from "../data-source.js";
import type { Dataset } from "../dataset.js";
import { checkedUtf8 } from "../files/checked-utf8.js";
import { utf8Bytes } from "../files/encoding.js";
import { unpacked } from "../files/unpack.js";
import { type ColumnOptions, type Columns, columnsOf } from "./columns.js";
import { csvRecords } from "./csv-records.js";
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
  let header: TableHeader | undefined;
  for await (const record of csvRecords(bytes, delimiter, name)) {
    if ("faults" in record) yield record;
    else if (header === undefined) header = readHeader(record.cells, name, columns);
    else yield tableRow(record.cells, header, { file: name, line: record.line });
  }
}
