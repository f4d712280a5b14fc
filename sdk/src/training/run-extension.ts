/** What is appended to an open run while it trains. */
import type { BatchPlan } from "./batch-plan.js";

/** One extension; sending it again is harmless. */
export interface RunExtension {
  /** 1 for the first of a run, then 2, 3, ... */
  readonly number: number;
  /** SHA-256 hex of uploaded data sets, whose examples are numbered on from those that the run has. */
  readonly datasetHashes: readonly string[];
  /** Steps that follow those that the run has; may be none. */
  readonly batchPlan: BatchPlan;
  /** Replaces the run's notes where it is not empty. */
  readonly clientNotes: string;
}
