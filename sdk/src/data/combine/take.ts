/** The beginning of a source. */
import type { DataSource } from "../data-source.js";

/** The first rows; what comes after them is not read. A row that can't be read counts as one. */
export function taken(source: DataSource, count: number): DataSource {
  return {
    name: source.name,
    async *rows(signal) {
      let left = count;
      for await (const row of source.rows(signal)) {
        yield row;
        left -= 1;
        if (left <= 0) return;
      }
    },
  };
}
