/** The work behind the handle, in its order: measure the base, train and watch, measure the result, report. */
import { evaluateAfter, evaluateBefore } from "../evaluation/before-after.js";
import type { ModelReference } from "../evaluation/inference.js";
import { inPhase, phaseContext } from "./evaluation-phase.js";
import type { EventLog } from "./event-log.js";
import { FinetuneResult } from "./finetune-result.js";
import type { FinetuneJob } from "./job.js";
import { makeReport } from "./make-report.js";
import { cancelled, type RunControl } from "./run-control.js";
import type { EvaluationPhase } from "./run-event.js";
import type { WatchOutcome } from "./run-watch.js";
import { train } from "./train.js";
import { watchJob } from "./watch-job.js";

/** Carries the job out; every event goes to the log, which is closed at the end whatever happens. */
export async function carryOut(job: FinetuneJob, log: EventLog, control: RunControl): Promise<FinetuneResult> {
  try {
    return await measureTrainMeasure(job, log, control);
  } catch (error) {
    const reported = control.failure ?? (control.signal.aborted ? cancelled(control.knownRunId) : error);
    control.fails(reported);
    throw reported;
  } finally {
    log.close();
  }
}

async function measureTrainMeasure(job: FinetuneJob, log: EventLog, control: RunControl): Promise<FinetuneResult> {
  const tasks = job.settings.evaluate;
  const timings: Record<string, number> = {};
  const measured = tasks.length > 0;
  const contextOf = (phase: EvaluationPhase, model: ModelReference) =>
    phaseContext(job, log, control.signal, { phase }, model);

  const before = () => evaluateBefore(tasks, contextOf("before", { kind: "base" }));
  const baseline = measured
    ? await timed(timings, "evaluation before", () =>
        inPhase(log, { phase: "before" }, tasks, before, (found) => found),
      )
    : undefined;
  control.throwIfCancelled();

  const watch = watchJob(job, log, control, baseline);
  const training = await train(job, log, control, watch);
  timings["training"] = training.seconds;
  const watched = watch && (await timed(timings, "evaluation of checkpoints after training", () => watch.outcome()));
  // A run that ended early does not wait for its data; the report does, since it tells of all of it.
  await job.fed;
  control.throwIfCancelled();

  const tuned = tunedModel(training.runId, watched);
  // What the kept checkpoint was measured on while it was watched need not be measured again.
  const known = watched?.result;
  const after = baseline && (() => evaluateAfter(tasks, baseline, contextOf("after", tuned), known));
  const beforeAfter = after
    ? await timed(timings, "evaluation after", () =>
        inPhase(log, { phase: "after" }, tasks, after, ({ comparisons }) => ({
          results: comparisons.map((comparison) => comparison.after),
        })),
      )
    : { comparisons: [], drift: undefined };

  return new FinetuneResult(makeReport(job, training, beforeAfter, timings, watched?.report), job.bridge);
}

/** The checkpoint that watching found to be the result, else the newest. */
function tunedModel(runId: string, watched: WatchOutcome | undefined): ModelReference {
  return watched?.result === undefined ? { kind: "run", runId } : { kind: "run", runId, step: watched.result.step };
}

async function timed<Outcome>(
  timings: Record<string, number>,
  part: string,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const startedAt = performance.now();
  const outcome = await work();
  timings[part] = (performance.now() - startedAt) / 1000;
  return outcome;
}
