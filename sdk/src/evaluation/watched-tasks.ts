/** Measures one run's checkpoints, one after the other, on the same tasks. */
import type { EvaluationContext } from "./context.js";
import { type BaseReplies, generateBaseReplies, measureDrift } from "./drift.js";
import type { EvaluationOutcome } from "./evaluate-tasks.js";
import type { ModelReference } from "./inference.js";
import { itemsTasks, measureTask } from "./measure-task.js";
import type { TaskResult } from "./result.js";
import type { EvaluationTask } from "./task.js";

/** The base's replies to a drift task are generated once, or taken from those that are known. */
export class WatchedTasks {
  readonly #tasks: readonly EvaluationTask[];
  #baseReplies: Promise<BaseReplies> | undefined;

  constructor(tasks: readonly EvaluationTask[], baseReplies: BaseReplies | undefined) {
    this.#tasks = tasks;
    this.#baseReplies = baseReplies && Promise.resolve(baseReplies);
  }

  /** Measures the model of the context that is made for it. Throws what the tasks throw. */
  async measure(model: ModelReference, contextOf: (model: ModelReference) => EvaluationContext) {
    const context = contextOf(model);
    const results: TaskResult[] = [];
    for (const task of itemsTasks(this.#tasks)) results.push(await measureTask(task, context));
    const driftTask = this.#tasks.find((task) => task.kind === "drift");
    if (driftTask === undefined) return { results, drift: undefined } satisfies EvaluationOutcome;
    this.#baseReplies ??= generateBaseReplies(driftTask, contextOf({ kind: "base" }));
    return { results, drift: await measureDrift(driftTask, await this.#baseReplies, context) };
  }
}
