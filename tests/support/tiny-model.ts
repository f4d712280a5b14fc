/** The tiny random model of the tests that start a real sidecar: made once a machine, and again when its maker changes. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const maker = fileURLToPath(new URL("./make_tiny_model.py", import.meta.url));
const recipe = fileURLToPath(new URL("../../server-bridge/tests/tiny_models.py", import.meta.url));

/** The Python that has the sidecar's packages. */
export function testPython(): string {
  const python = process.env["MIDBLOCK_PYTHON"];
  if (!python) throw new Error("MIDBLOCK_PYTHON is not set; `npm test` sets it.");
  return python;
}

/** Folder of the model: safetensors, tokenizer and chat template, 6 blocks. Read it, never write into it. */
export async function tinyModelFolder(): Promise<string> {
  const sources = await Promise.all([maker, recipe].map((file) => readFile(file)));
  const digest = createHash("sha256").update(Buffer.concat(sources)).digest("hex").slice(0, 16);
  const folder = join(tmpdir(), `midblock-tiny-model-${digest}`);
  if (existsSync(folder)) return folder;
  const unfinished = await mkdtemp(`${folder}-`);
  await promisify(execFile)(testPython(), [maker, unfinished]);
  // Another test file may have made it meanwhile; its copy is as good.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return folder;
}
