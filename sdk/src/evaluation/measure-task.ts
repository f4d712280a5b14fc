/** Measures one task of items on one model, whichever way it asks. */
import type { EvaluationContext } from "./context.js";
import { evaluateLikelihoods } from "./likelihood-runner.js";
import type { TaskResult } from "./result.js";
import { evaluateTask } from "./runner.js";
import type { EvaluationTask, GenerationTask, LikelihoodTask } from "./task.js";

/** A task that judges items one by one; drift is of another kind. */
export type ItemsTask = GenerationTask | LikelihoodTask;

/** Throws what the task's runner throws. */
export function measureTask(task: ItemsTask, context: EvaluationContext): Promise<TaskResult> {
  return task.kind === "generation" ? evaluateTask(task, context) : evaluateLikelihoods(task, context);
}

/** The tasks that judge items, in their order. */
export function itemsTasks(tasks: readonly EvaluationTask[]): readonly ItemsTask[] {
  return tasks.filter((task) => task.kind !== "drift");
}
