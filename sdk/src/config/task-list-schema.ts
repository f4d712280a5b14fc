/** The form of a list of evaluation tasks. */
import { z } from "zod";
import { type EvaluationTask, isTaskKind } from "../evaluation/task.js";

const task = z.custom<EvaluationTask>(isTask, {
  error: "a task, such as a task function returns, with kind and name",
  abort: false,
});

/** Tasks of one evaluation, at least so many; suites among them are laid open. */
export function taskListSchema(least = 0) {
  return z.preprocess(
    (list) => (Array.isArray(list) ? list.flat() : list),
    z
      .array(task, { error: "a list of tasks" })
      .min(least, { error: `at least ${least === 1 ? "one task" : `${least} tasks`}` })
      .refine((list) => haveDifferentNames(list.filter(isTask)), { error: "tasks with different names" }),
  );
}

function isTask(value: unknown): value is EvaluationTask {
  return hasName(value) && "kind" in value && isTaskKind(value.kind);
}

function haveDifferentNames(tasks: readonly EvaluationTask[]): boolean {
  return new Set(tasks.map(({ name }) => name)).size === tasks.length;
}

function hasName(value: unknown): value is { readonly name: string } {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
