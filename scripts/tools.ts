/** The tools that the other scripts run: the development Python and jest. */
import { fileURLToPath } from "node:url";
import { execa } from "execa";

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
