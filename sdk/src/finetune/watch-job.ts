/** Sets up the watching of a job's run. */
import type { Baseline } from "../evaluation/before-after.js";
import { findFigure } from "../evaluation/watched-figure.js";
import { WatchedTasks } from "../evaluation/watched-tasks.js";
import { phaseContext } from "./evaluation-phase.js";
import type { EventLog } from "./event-log.js";
import type { FinetuneJob } from "./job.js";
import type { RunControl } from "./run-control.js";
import { RunWatch } from "./run-watch.js";

/**
 * Undefined where nothing is to be watched. Throws EvaluationError for the name of a figure that the tasks, measured on
 * the base by now, do not have.
 */
export function watchJob(
  job: FinetuneJob,
  log: EventLog,
  control: RunControl,
  baseline: Baseline | undefined,
): RunWatch | undefined {
  const { watch, evaluate, keepCheckpoints } = job.settings;
  if (watch === undefined) return undefined;
  const { figure, tasks } = watch;
  const judged = tasks.every((task) => task.kind !== "drift" && evaluate.includes(task));
  if (baseline !== undefined && judged && typeof figure === "string") {
    findFigure(figure, { results: baseline.results, drift: undefined });
  }
  // The base's replies are those of the drift task of evaluate, whichever that is.
  const baseReplies = tasks.some((task) => task.kind === "drift" && evaluate.includes(task))
    ? baseline?.baseReplies
    : undefined;
  const watched = new WatchedTasks(tasks, baseReplies);
  return new RunWatch({
    bridge: job.bridge,
    log,
    settings: watch,
    keepCheckpoints,
    measure: (runId, step) =>
      watched.measure({ kind: "run", runId, step }, (model) =>
        phaseContext(job, log, control.signal, { phase: "during", step }, model),
      ),
    onFailure: (error) => control.failWith(error),
  });
}
