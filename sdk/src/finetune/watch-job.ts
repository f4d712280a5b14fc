/** Sets up the watching of a job's run. */
import { EvaluationError } from "../errors.js";
import type { Baseline } from "../evaluation/before-after.js";
import { keptBetween } from "../evaluation/retention/kept.js";
import { findFigure, keptFigureName } from "../evaluation/watched-figure.js";
import { WatchedTasks } from "../evaluation/watched-tasks.js";
import { phaseContext } from "./evaluation-phase.js";
import type { EventLog } from "./event-log.js";
import type { FinetuneJob } from "./job.js";
import type { RunControl } from "./run-control.js";
import { RunWatch } from "./run-watch.js";

/**
 * Undefined where nothing is to be watched. Throws EvaluationError for the name of a figure that the tasks, measured on
 * the base by now, do not have, and where the base knew nothing that could be kept.
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
  if (baseline !== undefined && judged && typeof figure === "string" && figure !== keptFigureName) {
    findFigure(figure, { results: baseline.results, drift: undefined });
  }
  const before = baseline?.results ?? [];
  if (watch.leastKept !== undefined && keptBetween(before, before) === undefined) throw nothingToKeep();
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
    measure: async (runId, step) => {
      const outcome = await watched.measure({ kind: "run", runId, step }, (model) =>
        phaseContext(job, log, control.signal, { phase: "during", step }, model),
      );
      return { ...outcome, step, kept: keptBetween(before, outcome.results) };
    },
    onFailure: (error) => control.failWith(error),
  });
}

function nothingToKeep(): EvaluationError {
  return new EvaluationError({
    code: "evaluation-failed",
    what: "The base model got none of retention's questions and prompts right, so that nothing of it can be kept or lost.",
    nextStep: "Train without stopWhen.retention.",
  });
}
