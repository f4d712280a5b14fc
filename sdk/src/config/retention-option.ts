/** The option that has the retention suite run before and after a training. */
import { z } from "zod";
import { type RetentionOptions, retention, retentionSchema } from "../evaluation/retention/retention.js";
import type { EvaluationTask } from "../evaluation/task.js";

/** true: the suite as it comes; false: none of it. */
export type RetentionChoice = boolean | RetentionOptions;

/** The option as it may be written. */
export const retentionChoice = z.union([z.boolean(), retentionSchema], {
  error: "true, false, or an object with maxNewTokens",
});

/**
 * The tasks of a finetune with those of the suite behind them, unless it was told not to. One that is listed already, by its
 * name, is not measured twice; nor is drift, of which there is at most one task.
 */
export function withRetention(
  tasks: readonly EvaluationTask[],
  choice: RetentionChoice = true,
): readonly EvaluationTask[] {
  if (choice === false) return tasks;
  const suite = retention(choice === true ? {} : choice);
  const isListed = (task: EvaluationTask) =>
    tasks.some(({ name, kind }) => name === task.name || (kind === "drift" && task.kind === "drift"));
  return [...tasks, ...suite.filter((task) => !isListed(task))];
}
