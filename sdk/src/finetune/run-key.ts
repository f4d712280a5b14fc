/** The key under which the sidecar knows a piece of work. */
import { createHash } from "node:crypto";
import type { WatchSettings } from "../config/watch-options.js";
import type { RunSpecification } from "../training/run-specification.js";

/**
 * The user's key and a digest of all that decides the outcome. The same key with the same settings and data therefore
 * finds the run that is there already; with other ones it is a new run, not a conflict.
 */
export function runKey(key: string, specification: RunSpecification, watch: WatchSettings | undefined): string {
  const digest = createHash("sha256")
    .update(JSON.stringify({ ...specification, clientNotes: "", ...endingEarly(watch) }))
    .digest("hex");
  return `${key}:${digest.slice(0, 16)}`;
}

/** A run that may be ended early ends elsewhere by another rule. */
function endingEarly(watch: WatchSettings | undefined): object {
  if (watch?.patience === undefined && watch?.leastKept === undefined) return {};
  const { everySteps, tasks, figure, goal, patience, minimumGain, leastKept } = watch;
  const names = tasks.map(({ name }) => name);
  return { watch: { everySteps, tasks: names, figure: String(figure), goal, patience, minimumGain, leastKept } };
}
