/** A source of rows as a file would give them, of any form. */
import type { DataSource } from "../../sdk/src/data/data-source.js";

/** The values as rows 1, 2, ... of "(memory)". */
export function rowsSource(values: readonly unknown[]): DataSource {
  return {
    name: "(memory)",
    async *rows() {
      for (const [index, value] of values.entries()) yield { source: { file: "(memory)", line: index + 1 }, value };
    },
  };
}
