/** RunRecord, read. */
import type { RunRecord } from "../../training/run-record.js";
import type { RunRecord as WireRunRecord } from "../gen/midblock/v1/run.js";
import { readFailure } from "./failure.js";
import { required } from "./incomplete.js";
import { readUint64 } from "./numbers.js";
import { readRunSpecification } from "./run-specification.js";
import { readCheckpoint, readRunState } from "./run-state.js";

export function readRunRecord(record: WireRunRecord): RunRecord {
  return {
    runId: record.runId,
    key: record.key,
    state: readRunState(record.state),
    specification: readRunSpecification(required(record.specification, "RunRecord.specification")),
    stepsDone: record.stepsDone,
    stepsTotal: record.stepsTotal,
    lastSequence: readUint64(record.lastSequence, "RunRecord.last_sequence"),
    checkpoints: record.checkpoints.map(readCheckpoint),
    createdUnixSeconds: record.createdUnixSeconds,
    endedUnixSeconds: record.endedUnixSeconds,
    failure: record.error === undefined ? undefined : readFailure(record.error),
  };
}
