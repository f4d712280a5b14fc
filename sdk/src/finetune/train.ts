/** Starts or continues the run on the sidecar and follows it to its end. */
import { type MidblockError, RunError } from "../errors.js";
import { checkTrainable } from "../layers/trainable-check.js";
import { runEnded } from "../runs/run-ended.js";
import type { RunStartEvent, StepEndEvent, TrainingEvent, WarningEvent } from "../training/run-event.js";
import type { RunRecord } from "../training/run-record.js";
import type { EventLog } from "./event-log.js";
import type { FinetuneJob } from "./job.js";
import type { RunControl } from "./run-control.js";

/** What training left behind. */
export interface TrainingOutcome {
  readonly runId: string;
  /** One a step, in order; where a resume repeated steps, the repetition. */
  readonly steps: readonly StepEndEvent[];
  readonly start: RunStartEvent;
  readonly warnings: readonly WarningEvent[];
}

/** Trains to the end, or throws the reason why not: RunError, CancelledError, or what broke the connection. */
export async function train(job: FinetuneJob, log: EventLog, control: RunControl): Promise<TrainingOutcome> {
  const record = await startOrContinue(job, control.signal);
  await control.trainingStarts(record.runId);
  const followed = new FollowedRun(job);
  try {
    for await (const event of job.bridge.watchRun(record.runId, 1)) {
      const { sequence: _, ...unnumbered } = event;
      log.append(unnumbered);
      await followed.take(event, record.runId);
    }
  } catch (error) {
    throw nameTheRun(error, record.runId);
  } finally {
    control.trainingEnds();
  }
  return followed.outcome(await job.bridge.getRun(record.runId));
}

/** A key that is known brings back its run: a finished one is taken as it is, a stopped one goes on. */
async function startOrContinue(job: FinetuneJob, signal: AbortSignal): Promise<RunRecord> {
  const record = await job.bridge.startRun(job.key, job.specification, signal);
  const stopped = ["paused", "cancelled", "interrupted", "failed"].includes(record.state);
  return stopped ? job.bridge.resumeRun(record.runId, undefined, signal) : record;
}

/** Gathers what the report needs from the events, and checks what the sidecar says it trains. */
class FollowedRun {
  readonly #job: FinetuneJob;
  readonly #steps = new Map<number, StepEndEvent>();
  readonly #warnings: WarningEvent[] = [];
  #start: RunStartEvent | undefined;

  constructor(job: FinetuneJob) {
    this.#job = job;
  }

  async take(event: TrainingEvent, runId: string): Promise<void> {
    if (event.type === "step-end") this.#steps.set(event.step, event);
    if (event.type === "warning") this.#warnings.push(event);
    if (event.type !== "run-start") return;
    this.#start = event;
    try {
      const { layerPlan, method } = this.#job.specification;
      checkTrainable(event.trainableNames, layerPlan, method, this.#job.card);
    } catch (mismatch) {
      await this.#job.bridge.cancelRun(runId);
      throw mismatch;
    }
  }

  outcome(record: RunRecord): TrainingOutcome {
    if (record.state !== "completed" || this.#start === undefined) throw runEnded(record);
    const steps = [...this.#steps.values()].sort((left, right) => left.step - right.step);
    return { runId: record.runId, steps, start: this.#start, warnings: this.#warnings };
  }
}

/** A connection that broke, or a sidecar that died, takes no work with it: the error says which run to resume. */
function nameTheRun(error: unknown, runId: string): unknown {
  const broken = ["sidecar-exited", "connection-failed"];
  const code = (error as Partial<MidblockError> | undefined)?.code;
  if (code === undefined || !broken.includes(code)) return error;
  return new RunError({
    code: "run-interrupted",
    what: `Run ${runId} lost its sidecar while training.`,
    found: error instanceof Error ? error.message : String(error),
    nextStep: `Launch a client with the same state folder and call client.runs.resume("${runId}"), or finetune() with the same key: it goes on from the last checkpoint.`,
    facts: { runId },
    cause: error,
  });
}
