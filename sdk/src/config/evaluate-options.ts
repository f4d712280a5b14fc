/** The options of Client.evaluate. */
import type { EvaluationProgress } from "../evaluation/context.js";
import type { ModelReference } from "../evaluation/inference.js";
import type { EvaluationTask } from "../evaluation/task.js";
import { modelReferenceSchema } from "./model-reference-schema.js";
import { abortSignal, callback, exactObject } from "./option-checks.js";
import { readOptions } from "./read-options.js";
import { taskListSchema } from "./task-list-schema.js";

/** What `client.evaluate` takes. */
export interface EvaluateOptions {
  /** Tasks with different names, at least one. */
  readonly tasks: readonly EvaluationTask[];
  /** Which weights; default the base model. */
  readonly model?: ModelReference | undefined;
  /** Called as items are answered. */
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Stops the evaluation. */
  readonly signal?: AbortSignal | undefined;
}

const schema = exactObject({
  tasks: taskListSchema.min(1, { error: "at least one task" }),
  model: modelReferenceSchema.optional(),
  onProgress: callback<(progress: EvaluationProgress) => void>().optional(),
  signal: abortSignal().optional(),
});

/** Checks the options. Throws OptionsError with all faults. */
export function readEvaluateOptions(options: EvaluateOptions): EvaluateOptions {
  return readOptions(schema, options, "client.evaluate");
}
