/** Two parts of a source, told apart by what the rows say. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.js";
import type { DataSource } from "../data-source.js";

/**
 * About `share` of the rows, and the others. A row's part depends on its content and the seed alone: SHA-256 of both, as
 * a number in [0, 1), is below `share` or not. So rows with the same content are always in the same part, and a row
 * stays in its part when other rows come or go. Rows that can't be read are in both, so that either reports them.
 */
export function split(source: DataSource, share: number, seed: number): readonly [DataSource, DataSource] {
  const part = (wanted: boolean): DataSource => ({
    name: source.name,
    async *rows(signal) {
      for await (const row of source.rows(signal)) {
        if ("faults" in row || fraction(row.value, seed) < share === wanted) yield row;
      }
    },
  });
  return [part(true), part(false)];
}

function fraction(value: unknown, seed: number): number {
  const digest = createHash("sha256")
    .update(`${seed}\n${canonicalJson(value)}`)
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
