/** Some of the rows of a source. */
import type { DataSource, SourceRow, UncheckedRow } from "../data-source.js";
import { functionFailed } from "./function-failed.js";

/** The rows for which the function gives true, and those that can't be read. Where it throws, the row is faulty. */
export function filtered(source: DataSource, keeps: (row: unknown) => boolean): DataSource {
  return {
    name: source.name,
    async *rows(signal) {
      for await (const row of source.rows(signal)) {
        const kept = "faults" in row ? row : judge(row, keeps);
        if (kept !== undefined) yield kept;
      }
    },
  };
}

function judge(row: UncheckedRow, keeps: (row: unknown) => boolean): SourceRow | undefined {
  try {
    return keeps(row.value) ? row : undefined;
  } catch (error) {
    return functionFailed("filter", row, error);
  }
}
