/** The options that end a run while it trains, before it does harm. */
import { countsForKept } from "../evaluation/retention/kept.js";
import { exactObject, numberWhere, wholeNumber } from "./option-checks.js";

/** When a run is ended early. */
export interface StopWhen {
  /** By what the model keeps of what its base knew. */
  readonly retention: RetentionLimit;
}

/**
 * Each checkpoint of so many steps answers the questions and prompts of the retention suite that what was kept is counted over
 * (see `Kept`). The first that kept less ends the run; the last before it is the result, or with `watch` the best before it.
 */
export interface RetentionLimit {
  /** Share of what the base got right, above 0, at most 1: 0.95 for 95 %. */
  readonly below: number;
  /**
   * Steps between measurements; default checkpointEverySteps, else 50. With `watch` it is measured at its steps. Each takes the
   * time of retention's knowledge and following once more: about as long as 8 steps of the quickstart.
   */
  readonly everySteps?: number;
}

/** Every option as it may be written. */
export const stopSchema = exactObject({
  retention: exactObject({
    below: numberWhere("a number above 0, at most 1", (value) => value > 0 && value <= 1),
    everySteps: wholeNumber(1).optional(),
  }),
});

type Stopped = {
  readonly stopWhen?: { readonly retention?: { readonly everySteps?: number | undefined } } | undefined;
  readonly retention?: unknown;
  readonly evaluate?: readonly { readonly name: string }[] | undefined;
  readonly watch?: unknown;
  readonly checkpointEverySteps?: number | undefined;
};

/** Rules between `stopWhen` and the other options. They speak even where single options have faults. */
export const stopRules = {
  retentionMeasured: {
    holds: ({ stopWhen, retention, evaluate }: Stopped) =>
      stopWhen === undefined || retention !== false || (Array.isArray(evaluate) && evaluate.some(countsForKept)),
    fault: { path: ["retention"], error: "retention that is measured: stopWhen is judged by it" },
  },
  stepsOfWatch: {
    holds: ({ stopWhen, watch }: Stopped) => watch === undefined || stopWhen?.retention?.everySteps === undefined,
    fault: {
      path: ["stopWhen", "retention", "everySteps"],
      error: "nothing with watch, at whose steps it is measured",
    },
  },
  checkpointsWritten: {
    holds: ({ stopWhen, checkpointEverySteps }: Stopped) =>
      stopWhen === undefined ||
      checkpointEverySteps === undefined ||
      (checkpointEverySteps > 0 && (stopWhen.retention?.everySteps ?? 0) % checkpointEverySteps === 0),
    fault: {
      path: ["checkpointEverySteps"],
      error: "a number above 0 that stopWhen.retention.everySteps is a multiple of: what is measured are checkpoints",
    },
  },
};
