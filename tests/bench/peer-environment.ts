/** Makes a peer's Python environment, at the versions of its requirements file, once a machine. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { defaultCacheFolder } from "../../sdk/src/sidecar/folders.js";
import { findPython, usualPythons } from "../../sdk/src/sidecar/python.js";

/** Path of the interpreter that has what the requirements file, a file: URL, names. */
export async function peerPython(requirementsUrl: URL): Promise<string> {
  const requirements = fileURLToPath(requirementsUrl);
  const base = await findPython(usualPythons());
  const digest = createHash("sha256")
    .update(base.version)
    .update(await readFile(requirements))
    .digest("hex");
  const folder = join(defaultCacheFolder(), "bench", digest.slice(0, 16));
  const python = join(folder, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const marker = join(folder, "complete");
  if (existsSync(marker)) return python;
  console.error(`Making the peer's environment in ${folder} ...`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await execa(base.executable, ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
  await execa(python, install, { stdout: "inherit", stderr: "inherit" });
  await writeFile(marker, "");
  return python;
}
