/** Several sources, one after the other. */
import type { DataSource } from "../data-source.js";

const mostNames = 3;

/** All rows of the first, then of the second, and so on. */
export function concatenated(sources: readonly DataSource[]): DataSource {
  return {
    name: namesOf(sources),
    async *rows(signal) {
      for (const source of sources) yield* source.rows(signal);
    },
  };
}

/** "a.jsonl, b.csv and 3 more". */
export function namesOf(sources: readonly DataSource[]): string {
  const shown = sources.slice(0, mostNames).map(({ name }) => name);
  const hidden = sources.length - shown.length;
  return shown.join(", ") + (hidden > 0 ? ` and ${hidden} more` : "");
}
