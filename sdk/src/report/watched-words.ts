/** Says in sentences how training ended, and which checkpoint was best. */
import type { WatchedRun } from "../evaluation/watched-run.js";
import { valueWords } from "./metric-figures.js";
import { count, counted } from "./numbers.js";
import type { RunReport } from "./run-report.js";

/** "Training ended at step 150 of 400: ..."; empty where all steps were made. */
export function endWords({ steps, stepsTotal, endReason, watched }: RunReport): string {
  if (endReason === "") return "";
  const reasons: Readonly<Record<string, string>> = {
    "max-seconds": "its time was over",
    "early-stop": watched?.endedBecause ?? "the watched figure gained no more",
  };
  return `Training ended at step ${count(steps.at(-1)?.step ?? 0)} of ${count(stepsTotal)}: ${reasons[endReason] ?? endReason}.`;
}

/** Which checkpoint was best by what, and whether it is the result. */
export function watchedWords({ figure, unit, steps, best, keepsBest }: WatchedRun): string {
  const value = valueWords(best.value, unit);
  const kept = keepsBest ? "is the result" : "was the best, but the last one is the result";
  return `Of ${counted(steps.length, "checkpoint")}, that of step ${count(best.step)} (${figure} ${value}) ${kept}.`;
}
