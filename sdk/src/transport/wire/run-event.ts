/** RunEvent, read. */
import type { RunEndEvent, RunStartEvent, StepEndEvent, TrainingEvent } from "../../training/run-event.js";
import type { RunEnded, RunEvent, RunStarted, StepEnded } from "../gen/midblock/v1/run.js";
import { readFailure } from "./failure.js";
import { brokenContract, required } from "./incomplete.js";
import { readUint64 } from "./numbers.js";
import { readCheckpoint, readRunState } from "./run-state.js";

type Recorded = Pick<TrainingEvent, "sequence" | "unixSeconds">;

/**
 * Translates an event. One of a kind that only a newer sidecar knows becomes a warning with its sequence number, so
 * that nothing recorded disappears and the numbers stay without gaps.
 */
export function readRunEvent(message: RunEvent): TrainingEvent {
  const recorded = {
    sequence: readUint64(message.sequence, "RunEvent.sequence"),
    unixSeconds: message.unixSeconds,
  };
  const event = message.event;
  if (event === undefined) return unknownEvent(recorded);
  switch (event.$case) {
    case "runQueued":
      return { ...recorded, type: "run-queued", runsAhead: event.value.runsAhead };
    case "runStarted":
      return readRunStarted(recorded, event.value);
    case "stepEnded":
      return readStepEnded(recorded, event.value);
    case "checkpointSaved": {
      const checkpoint = required(event.value.checkpoint, "CheckpointSaved.checkpoint");
      return { ...recorded, type: "checkpoint-saved", checkpoint: readCheckpoint(checkpoint) };
    }
    case "warning":
      return { ...recorded, type: "warning", code: event.value.code, message: event.value.message };
    case "runPaused":
      return { ...recorded, type: "run-paused", step: event.value.step };
    case "runInterrupted":
      return { ...recorded, type: "run-interrupted", checkpointStep: event.value.checkpointStep };
    case "runWaiting":
      return { ...recorded, type: "run-waiting", step: event.value.step };
    case "runEnded":
      return readRunEnded(recorded, event.value);
  }
}

function unknownEvent(recorded: Recorded): TrainingEvent {
  const message = "The sidecar recorded an event that this version of midblock can't read; a newer version can.";
  return { ...recorded, type: "warning", code: "unknown-event", message };
}

function readRunStarted(recorded: Recorded, started: RunStarted): RunStartEvent {
  return {
    ...recorded,
    type: "run-start",
    fromStep: started.fromStep,
    stepsTotal: started.stepsTotal,
    trainableNames: [...started.trainableNames],
    trainableParameters: readUint64(started.trainableParameters, "RunStarted.trainable_parameters"),
    totalParameters: readUint64(started.totalParameters, "RunStarted.total_parameters"),
  };
}

function readStepEnded(recorded: Recorded, ended: StepEnded): StepEndEvent {
  return {
    ...recorded,
    type: "step-end",
    step: ended.step,
    loss: ended.loss,
    learningRate: ended.learningRate,
    gradientNorm: ended.gradientNorm,
    tokens: readUint64(ended.tokens, "StepEnded.tokens"),
    trainedTokens: readUint64(ended.trainedTokens, "StepEnded.trained_tokens"),
    seconds: ended.seconds,
    peakMemoryBytes: readUint64(ended.peakMemoryBytes, "StepEnded.peak_memory_bytes"),
    cachedPrefixTokens: readUint64(ended.cachedPrefixTokens, "StepEnded.cached_prefix_tokens"),
    baseDivergence: ended.baseDivergence,
    joules: ended.joules,
  };
}

function readRunEnded(recorded: Recorded, ended: RunEnded): RunEndEvent {
  const state = readRunState(ended.state);
  if (state !== "completed" && state !== "cancelled" && state !== "failed") {
    throw brokenContract("RunEnded.state", state);
  }
  const failure = ended.error === undefined ? undefined : readFailure(ended.error);
  return { ...recorded, type: "run-end", state, stepsDone: ended.stepsDone, failure, reason: ended.reason };
}
