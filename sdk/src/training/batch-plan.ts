/** The batch plan: which examples make which step. The client decides it, so a run is a function of its inputs. */

/** Steps, each a list of micro-batches, each a list of indices into the data set. */
export interface BatchPlan {
  readonly steps: readonly (readonly (readonly number[])[])[];
}
