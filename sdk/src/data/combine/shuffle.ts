/** The rows of a source in random order. */
import { createRandom } from "../../random.js";
import type { DataSource } from "../data-source.js";
import { RowStore } from "./row-store.js";

/**
 * Every order is equally likely, whatever the size (Fisher-Yates over all rows, not over a window of them). The source
 * is read once, to its end, before the first row comes: up to 64 MiB of rows stay in memory, more go to a file in the
 * system's temporary folder, with 8 bytes a row in memory. Rows that can't be read come first.
 */
export function shuffled(source: DataSource, seed: number): DataSource {
  return {
    name: source.name,
    async *rows(signal) {
      using store = new RowStore();
      for await (const row of source.rows(signal)) {
        if ("faults" in row) yield row;
        else store.add(row);
      }
      for (const index of randomOrder(store.count, seed)) yield store.get(index);
    },
  };
}

function randomOrder(count: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}
