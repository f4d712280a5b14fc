/** RunState and Checkpoint, read. */
import type { Checkpoint, RunState } from "../../training/run-event.js";
import { type Checkpoint as WireCheckpoint, RunState as WireRunState } from "../gen/midblock/v1/run.js";
import { brokenContract, unknownValue } from "./incomplete.js";
import { readUint64 } from "./numbers.js";

export function readRunState(state: WireRunState): RunState {
  switch (state) {
    case WireRunState.RUN_STATE_QUEUED:
      return "queued";
    case WireRunState.RUN_STATE_RUNNING:
      return "running";
    case WireRunState.RUN_STATE_PAUSED:
      return "paused";
    case WireRunState.RUN_STATE_COMPLETED:
      return "completed";
    case WireRunState.RUN_STATE_CANCELLED:
      return "cancelled";
    case WireRunState.RUN_STATE_FAILED:
      return "failed";
    case WireRunState.RUN_STATE_INTERRUPTED:
      return "interrupted";
    case WireRunState.RUN_STATE_WAITING:
      return "waiting";
    case WireRunState.RUN_STATE_UNSPECIFIED:
    case WireRunState.UNRECOGNIZED:
      throw brokenContract("RunState", String(state));
  }
  return unknownValue(state, "RunState");
}

export function readCheckpoint(checkpoint: WireCheckpoint): Checkpoint {
  return {
    step: checkpoint.step,
    bytes: readUint64(checkpoint.bytes, "Checkpoint.bytes"),
    unixSeconds: checkpoint.unixSeconds,
    weightsHash: checkpoint.weightsHash || undefined,
  };
}
