/** A list of tasks, measured before training and after it. */
import { type Fault, OptionsError } from "../errors.js";
import { compareResults } from "./compare.js";
import type { EvaluationContext } from "./context.js";
import { type BaseReplies, generateBaseReplies, measureDrift } from "./drift.js";
import { itemsTasks, measureTask } from "./measure-task.js";
import type { DriftResult, TaskComparison, TaskResult } from "./result.js";
import type { DriftTask, EvaluationTask } from "./task.js";
import { correctForTasks } from "./verdict.js";

/** What is known of the base model before training; plain data. */
export interface Baseline {
  /** One a task that judges items, in the order of the tasks. */
  readonly results: readonly TaskResult[];
  /** Undefined where no task measures drift. */
  readonly baseReplies: BaseReplies | undefined;
}

/** What training changed. */
export interface BeforeAfter {
  /** Their headlines' p and verdicts are corrected for their number. */
  readonly comparisons: readonly TaskComparison[];
  readonly drift: DriftResult | undefined;
}

/** Refuses lists with two tasks of one name or more than one drift task, naming every fault; `option` is where they stand. */
export function checkTasks(tasks: readonly EvaluationTask[], option = "evaluate"): void {
  const faults = tasks.flatMap((task, index): Fault[] => {
    const where = `${option}[${index}]`;
    const earlier = tasks.slice(0, index);
    if (task.kind === "drift" && earlier.some((other) => other.kind === "drift")) {
      return [{ where, problem: "is a second drift task", wanted: "at most one" }];
    }
    if (!earlier.some((other) => other.name === task.name)) return [];
    return [{ where, problem: "has the name of an earlier task", found: task.name, wanted: "a name of its own" }];
  });
  if (faults.length > 0)
    throw new OptionsError({ code: "invalid-options", what: "The list of tasks is faulty.", faults });
}

/** Measures the base model. The context's model must be the base. */
export async function evaluateBefore(tasks: readonly EvaluationTask[], context: EvaluationContext): Promise<Baseline> {
  checkTasks(tasks);
  const results: TaskResult[] = [];
  for (const task of itemsTasks(tasks)) results.push(await measureTask(task, context));
  const driftTask = findDriftTask(tasks);
  return { results, baseReplies: driftTask && (await generateBaseReplies(driftTask, context)) };
}

/**
 * Measures the tuned model and sets it beside the baseline, which must come from the same tasks. What is known of the
 * very same model already is taken as it is.
 */
export async function evaluateAfter(
  tasks: readonly EvaluationTask[],
  baseline: Baseline,
  context: EvaluationContext,
  known?: { readonly results: readonly TaskResult[]; readonly drift: DriftResult | undefined },
): Promise<BeforeAfter> {
  const compared: TaskComparison[] = [];
  for (const [index, task] of itemsTasks(tasks).entries()) {
    const before = baseline.results[index];
    if (before === undefined) throw new RangeError(`the baseline has no result for task "${task.name}"`);
    const after = known?.results.find((result) => result.task === task.name) ?? (await measureTask(task, context));
    compared.push(compareResults(before, after));
  }
  const comparisons = correctForTasks(compared);
  const driftTask = findDriftTask(tasks);
  if (driftTask === undefined || baseline.baseReplies === undefined) return { comparisons, drift: undefined };
  const knownDrift = known?.drift?.task === driftTask.name ? known.drift : undefined;
  return { comparisons, drift: knownDrift ?? (await measureDrift(driftTask, baseline.baseReplies, context)) };
}

function findDriftTask(tasks: readonly EvaluationTask[]): DriftTask | undefined {
  return tasks.find((task) => task.kind === "drift");
}
