/** The Parquet and zstd files that make_files.py wrote. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Path of a file of the fixtures. */
export function fixture(name: string): string {
  return join("tests/unit/data/fixtures/files", name);
}

/** Bytes of the table of seven questions and answers, packed by a codec. */
export function questionsFile(codec: string): Buffer {
  return readFileSync(fixture(`questions.${codec}.parquet`));
}
