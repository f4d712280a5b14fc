/** Runs the steps of a check, a few at a time, and tells of each how it went; what failed is shown whole at the end. */
import { availableParallelism } from "node:os";
import { execa } from "execa";

/** A command and the name to tell of it by. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Folder to run it in; the repository's root by default. */
  readonly folder?: string;
}

interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
}

/** Runs all steps, whatever fails, and returns how many passed and failed. */
export async function runSteps(steps: readonly Step[], root: string): Promise<{ passed: number; failed: number }> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      results.push(await runStep(step, root));
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane));
  const failures = results.filter(({ passed }) => !passed);
  for (const { name, output } of failures) console.log(`\n--- ${name} failed ---\n${output}`);
  return { passed: results.length - failures.length, failed: failures.length };
}

async function runStep({ name, command: [file, ...args], folder }: Step, root: string): Promise<StepResult> {
  const start = performance.now();
  const result = await execa(file, args, {
    cwd: folder ?? root,
    all: true,
    reject: false,
    preferLocal: true,
    localDir: root,
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${result.failed ? "FAILED" : "ok    "} ${seconds.padStart(6)} s  ${name}`);
  return { name, passed: !result.failed, output: result.all };
}
