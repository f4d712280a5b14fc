/** Says in sentences how training ended, and which checkpoint was best. */
import { keptFigureName } from "../evaluation/watched-figure.js";
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
    "retention-below": watched?.endedBecause ?? "it kept less of what its base knew than was asked for",
  };
  return `Training ended at step ${count(steps.at(-1)?.step ?? 0)} of ${count(stepsTotal)}: ${reasons[endReason] ?? endReason}.`;
}

/** Which checkpoint was best by what, and which is the result. */
export function watchedWords(watched: WatchedRun): string {
  const { figure, unit, steps, best, keepsBest, resultStep, retention } = watched;
  const value = valueWords(best.value, unit);
  const measured = counted(steps.length, "checkpoint");
  if (retention?.resultKeepsIt === false) {
    return `The first checkpoint, that of step ${count(best.step)}, kept too little already (${figure} ${value}); it is the result all the same, for there is no other.`;
  }
  if (!keepsBest && resultStep !== undefined) {
    return `Of ${measured}, that of step ${count(resultStep)} is the result: the last that kept enough.`;
  }
  if (figure === keptFigureName && !keepsBest) {
    return `${steps.length === 1 ? "The checkpoint that was measured" : `Each of ${measured}`} kept enough; the last one is the result.`;
  }
  const kept = keepsBest ? "is the result" : "was the best, but the last one is the result";
  return `Of ${measured}, that of step ${count(best.step)} (${figure} ${value}) ${kept}.`;
}
