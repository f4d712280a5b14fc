/** The tasks of a finetune, those of its watching with them. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { loadOnce } from "../evaluation/load-once.js";
import type { EvaluationTask } from "../evaluation/task.js";

type Tasks = Pick<FinetuneSettings, "evaluate" | "watch">;

/** The same settings, each task loaded once for contamination, before, during and after, however often it is listed. */
export function withTasksLoadedOnce<Settings extends Tasks>(settings: Settings): Settings {
  const kept = new Map<EvaluationTask, EvaluationTask>();
  const once = (task: EvaluationTask) => {
    const loaded = kept.get(task) ?? loadOnce(task);
    kept.set(task, loaded);
    return loaded;
  };
  const { evaluate, watch } = settings;
  return { ...settings, evaluate: evaluate.map(once), watch: watch && { ...watch, tasks: watch.tasks.map(once) } };
}

/** Each task once. What a run is stopped by must not be in the training data any more than what it is judged by. */
export function allTasks({ evaluate, watch }: Tasks): readonly EvaluationTask[] {
  return [...new Set([...evaluate, ...(watch?.tasks ?? [])])];
}
