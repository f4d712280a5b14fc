/** The error for a run that ended otherwise than completed. */
import { CancelledError, type MidblockError, RunError } from "../errors.js";
import type { RunRecord } from "../training/run-record.js";

/** Says how a run ended, and how to go on with it. */
export function runEnded(record: RunRecord): MidblockError {
  const { runId, state, stepsDone, stepsTotal, failure } = record;
  const facts = { runId, ...failure?.facts };
  const where = `at step ${stepsDone} of ${stepsTotal}`;
  const nextStep = `client.runs.resume("${runId}") goes on from its last checkpoint.`;
  if (state === "cancelled") {
    return new CancelledError({ code: "cancelled", what: `Run ${runId} was cancelled ${where}.`, nextStep, facts });
  }
  if (state === "paused") {
    return new RunError({ code: "run-paused", what: `Run ${runId} was paused ${where}.`, nextStep, facts });
  }
  if (state === "failed") {
    return new RunError({
      code: "run-failed",
      what: `Run ${runId} failed ${where}: ${failure?.message ?? "the sidecar gave no reason"}`,
      ...(failure?.found ? { found: failure.found } : {}),
      ...(failure?.wanted ? { wanted: failure.wanted } : {}),
      nextStep: failure?.nextStep || nextStep,
      facts,
    });
  }
  return new RunError({ code: "run-interrupted", what: `Run ${runId} was interrupted ${where}.`, nextStep, facts });
}
