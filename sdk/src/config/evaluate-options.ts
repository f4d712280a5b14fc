/** The options of Client.evaluate. */
import type { EvaluationProgress } from "../evaluation/context.js";
import type { ModelReference } from "../evaluation/inference.js";
import type { EvaluationTask, TaskList } from "../evaluation/task.js";
import { modelReferenceSchema } from "./model-reference-schema.js";
import { abortSignal, callback, exactObject } from "./option-checks.js";
import { readOptions } from "./read-options.js";
import { taskListSchema } from "./task-list-schema.js";

/** What `client.evaluate` takes. */
export interface EvaluateOptions {
  /** Tasks with different names, at least one. */
  readonly tasks: TaskList;
  /** Which weights; default the base model. */
  readonly model?: ModelReference | undefined;
  /** Called as items are answered. */
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Stops the evaluation. */
  readonly signal?: AbortSignal | undefined;
}

const schema = exactObject({
  tasks: taskListSchema(1),
  model: modelReferenceSchema.optional(),
  onProgress: callback<(progress: EvaluationProgress) => void>().optional(),
  signal: abortSignal().optional(),
});

/** Options that were checked, their suites of tasks laid open. */
export interface EvaluateSettings extends Omit<EvaluateOptions, "tasks"> {
  readonly tasks: readonly EvaluationTask[];
}

/** Checks the options. Throws OptionsError with all faults. */
export function readEvaluateOptions(options: EvaluateOptions): EvaluateSettings {
  return readOptions(schema, options, "client.evaluate");
}
