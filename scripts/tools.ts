/** The tools that the other scripts run: the development Python and jest. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { defaultCacheFolder } from "../sdk/src/sidecar/folders.js";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Path of the Python that has the sidecar's packages and tools. It is put into MIDBLOCK_PYTHON for all that follows. */
export async function developmentPython(): Promise<string> {
  const script = fileURLToPath(new URL("./development-environment.ts", import.meta.url));
  const { stdout, exitCode } = await execa(process.execPath, ["--import", "tsx", script], {
    stderr: "inherit",
    reject: false,
  });
  if (exitCode !== 0) process.exit(1);
  process.env["MIDBLOCK_PYTHON"] = stdout;
  return stdout;
}

/** The command for jest, which still needs a flag for native modules. */
export function jest(...args: string[]): [string, ...string[]] {
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  return [process.execPath, ...flags, "node_modules/jest/bin/jest.js", ...args];
}

/**
 * A folder with bitsandbytes, of the tested version, to be put into PYTHONPATH. It has a place of its own because PEFT
 * imports it wherever it is installed, which takes every process of the tests seconds.
 */
export async function quantizationPackages(python: string): Promise<string> {
  const folder = join(defaultCacheFolder(), "test-packages", "bitsandbytes");
  const complete = join(folder, "bitsandbytes", "__init__.py");
  if (existsSync(complete)) return folder;
  await rm(folder, { recursive: true, force: true });
  const constraints = join(root, "server-bridge", "constraints.txt");
  const place = ["--no-deps", "--target", folder, "--constraint", constraints];
  await execa(python, ["-m", "pip", "install", "--quiet", ...place, "bitsandbytes"], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  return folder;
}
