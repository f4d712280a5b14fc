/** Reads the rows of a file, whatever its format, and tells failures with the place they happened at. */
import type { SourceRow } from "../data-source.js";
import { Dataset } from "../dataset.js";
import type { Source } from "../datum.js";
import { type Location, locate } from "../files/location.js";
import { readingFailed } from "../files/reading-failed.js";
import { type StoredFile, storedFile } from "../files/stored-file.js";
import { placeOf } from "../place.js";
import { type Columns, pickColumns } from "./columns.js";

/** A format of files. */
export interface FileFormat {
  /** For messages, such as "a Parquet file". */
  readonly description: string;
  /** All rows of a file; `name` is what places of rows call it. */
  rows(file: StoredFile, name: string, columns: Columns): AsyncIterable<SourceRow>;
}

/** The rows of a file in a format, with only these columns. */
export function fileDataset(place: string | URL, format: FileFormat, columns: Columns): Dataset {
  const location = locate(place);
  return new Dataset({ name: location.name, rows: (signal) => fileRows(location, format, columns, signal) });
}

async function* fileRows(
  location: Location,
  format: FileFormat,
  columns: Columns,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceRow> {
  let last: Source | undefined;
  try {
    for await (const row of format.rows(storedFile(location, signal), location.name, columns)) {
      last = row.source;
      yield "faults" in row ? row : pickColumns(row, columns);
    }
  } catch (cause) {
    const reached = last && placeOf(last);
    throw readingFailed({ location, wanted: format.description, reached }, cause, signal);
  }
}
