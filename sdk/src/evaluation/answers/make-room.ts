/** Keeps a folder of answers within its size. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** The ending of files of answers; others in the folder are left alone. */
export const answersEnding = ".answers";

/**
 * Removes the files that were unused for longest, but not `spared`, until `wanted` more bytes fit into `maxBytes`. Returns
 * how many fit then.
 */
export async function makeRoom(folder: string, spared: string, maxBytes: number, wanted: number): Promise<number> {
  const files = await answerFiles(folder);
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of files.sort((left, right) => left.usedAt - right.usedAt)) {
    if (total + wanted <= maxBytes) break;
    if (path === spared) continue;
    await rm(path, { force: true });
    total -= bytes;
  }
  return Math.max(0, maxBytes - total);
}

async function answerFiles(folder: string) {
  const paths = (await readdir(folder))
    .filter((name) => name.endsWith(answersEnding))
    .map((name) => join(folder, name));
  const files = await Promise.all(
    paths.map(async (path) => {
      // Another client may remove it just now.
      const facts = await stat(path).catch(() => undefined);
      return facts && { path, bytes: facts.size, usedAt: facts.mtimeMs };
    }),
  );
  return files.filter((file) => file !== undefined);
}
