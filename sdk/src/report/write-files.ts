/** Writes files of text into a folder; each appears whole or not at all. */
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MidblockError } from "../errors.js";

/**
 * Writes the files one after the other, in their order; files of these names are replaced. The folder is made where it
 * is missing. Throws a MidblockError with code "report-failed".
 */
export async function writeFiles(
  folder: string,
  files: readonly (readonly [name: string, pieces: Iterable<string>])[],
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, pieces] of files) await writeWhole(join(folder, name), pieces);
  } catch (cause) {
    throw new MidblockError({
      code: "report-failed",
      what: `The report could not be written to ${folder}.`,
      found: cause instanceof Error ? cause.message : String(cause),
      nextStep: "Free space or choose a folder that can be written, and save again; the result is still in memory.",
      cause,
    });
  }
}

/** Written aside, flushed to the disk, then renamed. */
async function writeWhole(path: string, pieces: Iterable<string>): Promise<void> {
  const aside = `${path}.${process.pid}.partial`;
  try {
    const file = await open(aside, "w");
    try {
      await writeFile(file, pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
