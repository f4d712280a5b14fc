/** Starts or continues the run on the sidecar and follows it to its end. */
import { type MidblockError, RunError } from "../errors.js";
import type { RunRecord } from "../training/run-record.js";
import type { EventLog } from "./event-log.js";
import { FollowedRun, type TrainingOutcome } from "./followed-run.js";
import type { FinetuneJob } from "./job.js";
import type { RunControl } from "./run-control.js";
import type { RunWatch } from "./run-watch.js";

/** Trains to the end, or throws the reason why not: RunError, CancelledError, or what broke the connection. */
export async function train(
  job: FinetuneJob,
  log: EventLog,
  control: RunControl,
  watch: RunWatch | undefined,
): Promise<TrainingOutcome> {
  const record = await startOrContinue(job, control.signal);
  await control.trainingStarts(record.runId);
  const followed = new FollowedRun(job);
  if (record.state === "completed") log.append(followed.warn("run-reused", reusedMessage(record)));
  try {
    for await (const event of job.bridge.watchRun(record.runId, 1, control.watchSignal)) {
      const { sequence: _, ...unnumbered } = event;
      log.append(unnumbered);
      await followed.take(event, record.runId);
      watch?.take(event, record.runId);
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

function reusedMessage({ runId, endedUnixSeconds }: RunRecord): string {
  const when = endedUnixSeconds === undefined ? "" : ` on ${new Date(endedUnixSeconds * 1000).toISOString()}`;
  return `Run ${runId} of the same key, settings and data was completed${when}: it is taken as it is, nothing is trained again.`;
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
