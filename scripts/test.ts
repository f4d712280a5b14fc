/** Runs every test of both languages; the last line is the sum. Run by `npm test`. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { developmentPython, jest, quantizationPackages, root } from "./tools.js";

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const python = await developmentPython();
const folder = await mkdtemp(join(tmpdir(), "midblock-tests-"));
try {
  const quantized = { PYTHONPATH: await quantizationPackages(python) };
  const counts = [await runPytest("tests"), await runPytest("tests/core/quantized", quantized), await runJest()];
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runJest(): Promise<Counts> {
  const report = join(folder, "jest.json");
  const [file, ...args] = jest("--json", `--outputFile=${report}`);
  const { exitCode } = await execa(file, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], reject: false });
  const result = z
    .object({ numPassedTests: z.number(), numFailedTests: z.number(), numRuntimeErrorTestSuites: z.number() })
    .parse(JSON.parse(await readFile(report, "utf8")));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return atLeastOneFailure({ passed: result.numPassedTests, failed }, exitCode);
}

async function runPytest(tests: string, env: Readonly<Record<string, string>> = {}): Promise<Counts> {
  const report = join(folder, "pytest.xml");
  const { exitCode } = await execa(python, ["-m", "pytest", tests, `--junitxml=${report}`], {
    cwd: join(root, "server-bridge"),
    env,
    stdio: ["ignore", "inherit", "inherit"],
    reject: false,
  });
  const suite = /<testsuite [^>]*>/.exec(await readFile(report, "utf8"))?.[0] ?? "";
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  return atLeastOneFailure({ passed: count("tests") - failed - count("skipped"), failed }, exitCode);
}

/** A runner can fail without a failed test, such as by a coverage rule or a crash at its end. */
function atLeastOneFailure({ passed, failed }: Counts, exitCode: number | undefined): Counts {
  return exitCode === 0 ? { passed, failed } : { passed, failed: Math.max(failed, 1) };
}
