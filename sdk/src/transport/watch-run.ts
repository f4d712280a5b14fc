/** Watches a run through broken connections: every event once, in order, without gaps. */
import { BridgeError, type MidblockError } from "../errors.js";
import type { TrainingEvent } from "../training/run-event.js";
import type { RunRecord } from "../training/run-record.js";
import { type Channel, methodName } from "./channel.js";
import { RunsService } from "./gen/midblock/v1/run.js";
import { Retry } from "./retry.js";
import { type StreamOptions, streamMessages } from "./server-stream.js";
import { isBroken } from "./status.js";
import { callUnary } from "./unary-call.js";
import { readRunEvent } from "./wire/run-event.js";
import { readRunRecord } from "./wire/run-record.js";

const method = RunsService.watchRun;

/**
 * Events from a sequence number on. A broken or silent stream is opened again at the first event that did not arrive.
 * The sidecar ends the stream when the run is at rest (ended, paused or interrupted) and all its events are sent.
 */
export async function* watchRun(
  channel: Channel,
  runId: string,
  fromSequence: number,
  options: StreamOptions,
): AsyncGenerator<TrainingEvent, void, undefined> {
  const retry = new Retry(channel, options.signal);
  let next = Math.max(1, fromSequence);
  let latest: TrainingEvent | undefined;
  for (;;) {
    try {
      const request = { runId, fromSequence: BigInt(next) };
      for await (const { message } of streamMessages(channel, method, request, options)) {
        retry.progressed();
        // Heartbeats, and messages of a newer sidecar that record nothing.
        if (message?.$case !== "event") continue;
        const event = readRunEvent(message.value);
        if (event.sequence < next) continue;
        if (event.sequence > next) throw gapError(runId, next, event.sequence);
        latest = event;
        next += 1;
        yield event;
      }
      if (restsAfter(latest) || (await restsBefore(channel, runId, next, options.signal))) return;
      await retry.afterFailure(endedEarly(runId));
    } catch (error) {
      await retry.afterFailure(error).catch((final) => {
        throw isBroken(final) ? lostError(runId, next, final) : final;
      });
    }
  }
}

function restsAfter(event: TrainingEvent | undefined): boolean {
  return event?.type === "run-end" || event?.type === "run-paused" || event?.type === "run-interrupted";
}

/** Whether a stream that ended without an event of rest was right to: the run rests, and all its events are known. */
async function restsBefore(channel: Channel, runId: string, next: number, signal: AbortSignal | undefined) {
  const record: RunRecord = readRunRecord(await callUnary(channel, RunsService.getRun, { runId }, { signal }));
  return record.lastSequence < next && !["queued", "running", "waiting"].includes(record.state);
}

function endedEarly(runId: string): BridgeError {
  return new BridgeError({
    code: "connection-failed",
    what: `The sidecar ended ${methodName(method)} although run ${runId} goes on.`,
    facts: { runId },
  });
}

function gapError(runId: string, wanted: number, found: number): BridgeError {
  return new BridgeError({
    code: "call-failed",
    what: `Events of run ${runId} are missing.`,
    found: `event ${found}`,
    wanted: `event ${wanted}`,
    nextStep: "This is a fault of the sidecar; please report it.",
    facts: { runId },
  });
}

function lostError(runId: string, next: number, cause: MidblockError): BridgeError {
  return new BridgeError({
    code: "connection-failed",
    what: `The connection to the sidecar was lost while run ${runId} was watched, and did not come back.`,
    found: cause.message,
    nextStep: `The run may still go on: watch it again from event ${next}, or resume it once the sidecar is back.`,
    facts: { runId, nextSequence: String(next) },
    cause,
  });
}
