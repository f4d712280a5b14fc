/** A file of 2 GB is read in a process of its own, whose memory must stay far below the file's size. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execa } from "execa";

const blocks = 1000;
const rowsOfBlock = 1000;
const row = `${JSON.stringify({ prompt: "Zoë 🫖 ".repeat(50), completion: "a".repeat(1500) })}\n`;
const minutes = 60_000;

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-large-"));
  path = join(folder, "large.jsonl");
  const file = createWriteStream(path);
  const block = Buffer.from(row.repeat(rowsOfBlock));
  for (let written = 0; written < blocks; written++) if (!file.write(block)) await once(file, "drain");
  file.end();
  await once(file, "close");
}, 5 * minutes);

afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  "a file of 2 GB is streamed in less than 500 MB",
  async () => {
    expect(Buffer.byteLength(row) * rowsOfBlock * blocks).toBeGreaterThan(2e9);
    const { stdout } = await execa(process.execPath, ["--import", "tsx", "tests/support/read-large-file.ts", path]);
    const read: unknown = JSON.parse(stdout);
    expect(read).toEqual({ examples: blocks * rowsOfBlock, mostResidentMegabytes: expect.any(Number) });
    expect(Object(read).mostResidentMegabytes).toBeLessThan(500);
  },
  10 * minutes,
);
