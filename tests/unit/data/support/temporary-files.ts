/** Files for one test file, gone after it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";

/** A function that writes a file and gives its path; a new name each time, with this ending. */
export function temporaryFiles(): (content: string | Uint8Array, ending?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "midblock-data-test-"));
  afterAll(() => rm(folder, { recursive: true }));
  let count = 0;
  return (content, ending = "jsonl") => {
    count += 1;
    const path = join(folder, `data ${count}.${ending}`);
    writeFileSync(path, content);
    return path;
  };
}
