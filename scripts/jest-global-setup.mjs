/** Gives the tests that start a real sidecar a Python environment, in MIDBLOCK_PYTHON, where none is set. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setUp() {
  if (process.env.MIDBLOCK_PYTHON) return;
  const script = fileURLToPath(new URL("./development-environment.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
  process.env.MIDBLOCK_PYTHON = output.toString().trim();
}
