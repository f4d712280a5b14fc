/** The work behind the handle, in its order: measure the base, train, measure the result, put the report together. */
import { evaluateAfter, evaluateBefore } from "../evaluation/before-after.js";
import type { EvaluationContext } from "../evaluation/context.js";
import { evaluationContext } from "../evaluation/evaluate-tasks.js";
import type { ModelReference } from "../evaluation/inference.js";
import type { MetricSummary, TaskResult } from "../evaluation/result.js";
import type { EventLog } from "./event-log.js";
import { FinetuneResult } from "./finetune-result.js";
import type { FinetuneJob } from "./job.js";
import { makeReport } from "./make-report.js";
import { cancelled, type RunControl } from "./run-control.js";
import type { EvaluationPhase } from "./run-event.js";
import { train } from "./train.js";

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

  const before = () => evaluateBefore(tasks, contextOf(job, log, control, "before", { kind: "base" }));
  const baseline = measured
    ? await timed(timings, "evaluation before", () => inPhase(log, job, "before", before, ({ results }) => results))
    : undefined;
  control.throwIfCancelled();

  const training = await train(job, log, control);
  timings["training"] = training.seconds;
  // A run that ended early does not wait for its data; the report does, since it tells of all of it.
  await job.fed;
  control.throwIfCancelled();

  const tuned: ModelReference = { kind: "run", runId: training.runId };
  const after = baseline && (() => evaluateAfter(tasks, baseline, contextOf(job, log, control, "after", tuned)));
  const beforeAfter = after
    ? await timed(timings, "evaluation after", () =>
        inPhase(log, job, "after", after, ({ comparisons }) => comparisons.map((comparison) => comparison.after)),
      )
    : { comparisons: [], drift: undefined };

  return new FinetuneResult(makeReport(job, training, beforeAfter, timings), job.bridge);
}

function contextOf(
  job: FinetuneJob,
  log: EventLog,
  control: RunControl,
  phase: EvaluationPhase,
  model: ModelReference,
): EvaluationContext {
  const surroundings = { ...job, inference: job.bridge, limits: job.bridge.server.limits };
  return evaluationContext(surroundings, model, {
    signal: control.signal,
    onProgress: ({ task, done, total }) =>
      log.append({ type: "eval-progress", unixSeconds: Date.now() / 1000, phase, task, done, total }),
  });
}

async function inPhase<Outcome>(
  log: EventLog,
  job: FinetuneJob,
  phase: EvaluationPhase,
  work: () => Promise<Outcome>,
  resultsOf: (outcome: Outcome) => readonly TaskResult[],
): Promise<Outcome> {
  const startedAt = performance.now();
  const tasks = job.settings.evaluate.map(({ name }) => name);
  log.append({ type: "eval-start", unixSeconds: Date.now() / 1000, phase, tasks });
  const outcome = await work();
  const metrics: Record<string, Readonly<Record<string, MetricSummary>>> = {};
  for (const result of resultsOf(outcome)) metrics[result.task] = result.metrics;
  const seconds = (performance.now() - startedAt) / 1000;
  log.append({ type: "eval-end", unixSeconds: Date.now() / 1000, phase, seconds, metrics });
  return outcome;
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
