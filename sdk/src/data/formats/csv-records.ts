/** Cuts a text table into records by csv-parse, each with the line that it starts on. */
import { pipeline, Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import type { FaultyRow } from "../data-source.js";
import { placeOf } from "../place.js";
import { longestRowBytes, rowTooLarge } from "../row-limit.js";

/** The values of one record. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line of its first character, from 1. */
  readonly line: number;
}

/**
 * Yields the records, the header's too. Where quotes don't fit, nobody can tell where the next record begins: the faulty
 * row that tells so is the last. Throws what the bytes throw.
 */
export async function* csvRecords(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
  file: string,
): AsyncGenerator<CsvRecord | FaultyRow> {
  let broken: CsvError | undefined;
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRowBytes,
    // Thrown, an error would take with it the records before it that were not read yet.
    skip_records_with_error: true,
    on_skip: (error) => {
      broken ??= error;
      return undefined;
    },
  });
  async function* untilBroken() {
    for await (const chunk of bytes) {
      if (broken !== undefined) return;
      yield chunk;
    }
  }
  // An error of the bytes destroys the parser, so that it is thrown by the loop below.
  pipeline(Readable.from(untilBroken()), parser, () => {});
  let lastLine = 0;
  for await (const parsed of parser) {
    const { info, record: cells }: Parsed = parsed;
    if (broken !== undefined && info.records > Number(broken["records"])) break;
    lastLine = info.lines;
    yield { cells, line: lastLine - lineFeedsIn(cells) };
  }
  if (broken !== undefined) yield brokenRecord(broken, file, lastLine + 1);
}

interface Parsed {
  /** Numbers of the record and of the line that it ends on. */
  readonly info: { readonly records: number; readonly lines: number };
  readonly record: readonly string[];
}

/** Only quoted values hold line feeds. */
function lineFeedsIn(cells: readonly string[]): number {
  return cells.reduce((count, cell) => count + cell.split("\n").length - 1, 0);
}

/** `nextLine` is where the record begins that could not be ended. */
function brokenRecord(error: CsvError, file: string, nextLine: number): FaultyRow {
  if (error.code === "CSV_MAX_RECORD_SIZE") return rowTooLarge({ file, line: nextLine });
  const open = error.code === "CSV_QUOTE_NOT_CLOSED";
  const source = { file, line: open ? nextLine : Number(error["lines"]) };
  const problem = open ? "a quote opens in this row and does not close" : error.message;
  const wanted = 'quotes around the whole value, and each quote within it doubled: "a ""b"" c"';
  return { source, faults: [{ where: placeOf(source), problem, wanted, check: "csv_quotes" }] };
}
