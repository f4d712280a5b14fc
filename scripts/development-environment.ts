/**
 * Prints the path of the Python that development uses: one with the sidecar's packages and the tools of its "dev"
 * extra, made on first use by the SDK's own code. With arguments it runs that Python on them instead.
 */
import { execa } from "execa";
import { MidblockError } from "../sdk/src/errors.js";
import { prepareEnvironment } from "../sdk/src/sidecar/environment.js";
import type { EnvironmentProgress } from "../sdk/src/sidecar/environment-progress.js";

try {
  const { python } = await prepareEnvironment({ extras: ["dev"], onProgress: show });
  const pythonArguments = process.argv.slice(2);
  if (pythonArguments.length === 0) console.log(python);
  else process.exitCode = (await execa(python, pythonArguments, { stdio: "inherit", reject: false })).exitCode ?? 1;
} catch (error) {
  if (!MidblockError.isInstance(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function show({ stage, action, package: name, elapsedSeconds }: EnvironmentProgress): void {
  if (action === undefined || action === "download") {
    console.error(
      `Python environment, ${elapsedSeconds.toFixed(0)} s: ${stage}${name === undefined ? "" : `, ${name}`}`,
    );
  }
}
