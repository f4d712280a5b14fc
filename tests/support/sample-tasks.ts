/** Several tasks with plausible figures, corrected for their number: one better, one within noise, two that lost. */
import { compareResults } from "../../sdk/src/evaluation/compare.js";
import type { TaskComparison } from "../../sdk/src/evaluation/result.js";
import type { MetricKind } from "../../sdk/src/evaluation/task.js";
import { correctForTasks } from "../../sdk/src/evaluation/verdict.js";
import { createRandom } from "../../sdk/src/random.js";
import { makeResult } from "./make-result.js";
import { sampleReport } from "./sample-report.js";

const bits: MetricKind = { goal: "lower", unit: "bits" };

/** The sample report's task and four more. */
export function sampleTasks(): TaskComparison[] {
  const random = createRandom(21);
  const flips = (n: number, wasRight: number, rise: number, fall: number) => {
    const before = Array.from({ length: n }, () => (random.uniform() < wasRight ? 1 : 0));
    const after = before.map((right) =>
      right === 1 ? (random.uniform() < fall ? 0 : 1) : random.uniform() < rise ? 1 : 0,
    );
    return { before, after };
  };
  const task = (name: string, metric: string, { before, after }: ReturnType<typeof flips>) =>
    compareResults(
      { ...makeResult({ [metric]: before }), task: name },
      { ...makeResult({ [metric]: after }), task: name },
    );
  const texts = Array.from({ length: 30 }, () => 0.8 + 0.3 * random.uniform());
  const language = (values: readonly number[]) => ({
    ...makeResult({ bits_per_byte: values }, {}, { bits_per_byte: bits }),
    task: "language",
  });
  return correctForTasks([
    ...sampleReport().comparisons,
    task("gsm8k", "strict-match", flips(200, 0.05, 0.04, 0.4)),
    task("knowledge", "acc", flips(150, 0.55, 0.06, 0.08)),
    task("following", "prompt_strict", flips(200, 0.6, 0.05, 0.25)),
    compareResults(language(texts), language(texts.map((value) => value + 0.02 + 0.05 * random.uniform()))),
  ]);
}
