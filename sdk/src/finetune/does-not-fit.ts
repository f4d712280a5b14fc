/** The error of a run that its trial showed to need more memory than there is. */
import { RunError } from "../errors.js";
import { byteSize } from "../report/numbers.js";
import type { Preflight } from "../training/preflight-result.js";

/** Says what was needed, what there is, and which changes save how much. */
export function doesNotFit({ peakBytes, availableBytes, microBatchTokens, advice }: Preflight): RunError {
  const changes = advice.map(({ change, savedBytes }) => `${change} (about ${byteSize(savedBytes)})`);
  return new RunError({
    code: "does-not-fit",
    what: `The run needs more memory than there is; its largest micro-batch of ${microBatchTokens} tokens was tried.`,
    found: `at least ${byteSize(peakBytes)} needed`,
    wanted: availableBytes > 0 ? `at most ${byteSize(availableBytes)}` : "less",
    nextStep: `change what saves enough: ${changes.join(", ")}; client.preflight() tries it without starting anything`,
  });
}
