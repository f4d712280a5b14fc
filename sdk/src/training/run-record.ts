/** A run as it stands in the sidecar's record. */
import type { Checkpoint, RunFailure, RunState } from "./run-event.js";
import type { RunSpecification } from "./run-specification.js";

/** A run as it stands. */
export interface RunRecord {
  readonly runId: string;
  readonly key: string;
  readonly state: RunState;
  /** What was asked. The batch plan is not kept here, since it can be large. */
  readonly specification: Omit<RunSpecification, "batchPlan">;
  readonly stepsDone: number;
  readonly stepsTotal: number;
  readonly lastSequence: number;
  /** Oldest first. */
  readonly checkpoints: readonly Checkpoint[];
  readonly createdUnixSeconds: number;
  readonly endedUnixSeconds: number | undefined;
  readonly failure: RunFailure | undefined;
}
