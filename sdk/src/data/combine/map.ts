/** Rows turned into other rows by a function of the user. */
import type { DataSource, SourceRow, UncheckedRow } from "../data-source.js";
import type { ExampleRow } from "../example-row.js";
import { functionFailed } from "./function-failed.js";

/** The same rows as the function makes them, each in the place of its own. Where it throws, the row is faulty. */
export function mapped(source: DataSource, change: (row: unknown) => ExampleRow): DataSource {
  return {
    name: source.name,
    async *rows(signal) {
      for await (const row of source.rows(signal)) yield "faults" in row ? row : changed(row, change);
    },
  };
}

function changed(row: UncheckedRow, change: (row: unknown) => ExampleRow): SourceRow {
  try {
    return { source: row.source, value: change(row.value) };
  } catch (error) {
    return functionFailed("map", row, error);
  }
}
