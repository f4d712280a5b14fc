/** Evaluations of a finetune, told in its log: before training, of checkpoints during it, and after it. */
import type { EvaluationContext } from "../evaluation/context.js";
import { evaluationContext } from "../evaluation/evaluate-tasks.js";
import type { ModelReference } from "../evaluation/inference.js";
import type { MetricSummary, TaskResult } from "../evaluation/result.js";
import type { EvaluationTask } from "../evaluation/task.js";
import type { EventLog } from "./event-log.js";
import type { FinetuneJob } from "./job.js";
import type { EvaluationEndEvent, EvaluationPhase } from "./run-event.js";
import { sharingPrefix } from "./shared-prefix.js";

/** Which evaluation it is. */
export interface PhaseOfRun {
  readonly phase: EvaluationPhase;
  /** With phase "during" alone. */
  readonly step?: number;
}

/** The context of an evaluation whose progress goes to the log. */
export function phaseContext(
  job: Omit<FinetuneJob, "data" | "fed">,
  log: EventLog,
  signal: AbortSignal,
  when: PhaseOfRun,
  model: ModelReference,
): EvaluationContext {
  const context = evaluationContext(job, model, {
    signal,
    onProgress: ({ model: _, ...progress }) =>
      log.append({ type: "eval-progress", unixSeconds: now(), ...when, ...progress }),
  });
  return { ...context, inference: sharingPrefix(context.inference, job.specification, job.key) };
}

/** What the end of an evaluation tells. */
export interface PhaseResults {
  readonly results: readonly TaskResult[];
  readonly watched?: NonNullable<EvaluationEndEvent["watched"]>;
}

/** Does the work between a start event and an end event. */
export async function inPhase<Outcome>(
  log: EventLog,
  when: PhaseOfRun,
  tasks: readonly EvaluationTask[],
  work: () => Promise<Outcome>,
  resultsOf: (outcome: Outcome) => PhaseResults,
): Promise<Outcome> {
  const startedAt = performance.now();
  log.append({ type: "eval-start", unixSeconds: now(), ...when, tasks: tasks.map(({ name }) => name) });
  const outcome = await work();
  const { results, ...watched } = resultsOf(outcome);
  const metrics: Record<string, Readonly<Record<string, MetricSummary>>> = {};
  for (const result of results) metrics[result.task] = result.metrics;
  const seconds = (performance.now() - startedAt) / 1000;
  const total = (count: (result: TaskResult) => number) => results.reduce((sum, result) => sum + count(result), 0);
  const counts = { items: total(({ n }) => n), reused: total(({ reused }) => reused) };
  log.append({ type: "eval-end", unixSeconds: now(), ...when, seconds, ...counts, metrics, ...watched });
  return outcome;
}

function now(): number {
  return Date.now() / 1000;
}
