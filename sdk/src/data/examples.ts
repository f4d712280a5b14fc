/** Examples given in memory, checked like the rows of a file. */
import { createHash } from "node:crypto";
import type { Fault } from "../errors.js";
import type { DataSource, LoadedExamples } from "./data-source.js";
import type { Example } from "./datum.js";
import { parseRow } from "./parse-row.js";
import { badRows, noExamples } from "./row-errors.js";

/** A row as a file would have it: one of the three shapes. */
export type ExampleRow =
  | { readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[] }
  | { readonly prompt: string; readonly completion: string }
  | { readonly text: string };

const memory = "(memory)";

/**
 * Takes training examples from an array, in the shapes that `jsonl` reads. Rows are named (memory):1, (memory):2, ...
 *
 * `load` throws DataError with every bad row at once.
 */
export function examples(rows: readonly ExampleRow[]): DataSource {
  return { name: memory, load: async () => loadRows(rows) };
}

function loadRows(rows: readonly unknown[]): LoadedExamples {
  const parsed = rows.map((row, index) => parseRow(row, { file: memory, line: index + 1 }));
  const faults = parsed.flatMap((row): readonly Fault[] => ("faults" in row ? row.faults : []));
  const sound = parsed.flatMap((row) => ("example" in row ? [row.example] : []));
  if (faults.length > 0) throw badRows(memory, rows.length - sound.length, faults);
  if (sound.length === 0) throw noExamples(memory);
  const hash = createHash("sha256");
  for (const example of sound) hash.update(`${canonicalJson(example)}\n`);
  return { examples: sound, contentHash: hash.digest("hex") };
}

/** The example's content with its keys in one fixed order. */
function canonicalJson(example: Example): string {
  switch (example.kind) {
    case "messages":
      return JSON.stringify({ messages: example.messages.map(({ role, content }) => ({ role, content })) });
    case "prompt-completion":
      return JSON.stringify({ prompt: example.prompt, completion: example.completion });
    case "text":
      return JSON.stringify({ text: example.text });
  }
}
