/** Says what of an evaluation was not measured again, so that its time is not taken for the time of measuring. */
import { count, counted } from "./numbers.js";
import type { RunReport } from "./run-report.js";

/** "Kept from earlier evaluations and not measured again: ..."; empty where all was measured. */
export function reusedSentence({ comparisons, drift }: Pick<RunReport, "comparisons" | "drift">): string {
  const asked = (when: "before" | "after") => {
    const results = comparisons.map((comparison) => comparison[when]);
    const reused = results.reduce((sum, result) => sum + result.reused, 0);
    const items = results.reduce((sum, result) => sum + result.n, 0);
    return reused === 0 ? [] : [`${count(reused)} of ${counted(items, "item")} ${when}`];
  };
  const moved =
    drift === undefined || drift.reused === 0
      ? []
      : [`${count(drift.reused)} of ${counted(drift.promptCount, "prompt")} of ${drift.task}`];
  const parts = [...asked("before"), ...asked("after"), ...moved];
  if (parts.length === 0) return "";
  return `Kept from earlier evaluations of the same weights and not measured again: ${parts.join(", ")}. The times are those of the rest.`;
}
