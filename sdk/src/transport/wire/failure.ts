/** ErrorDetail, read. */
import type { RunFailure } from "../../training/run-event.js";
import type { ErrorDetail } from "../gen/midblock/v1/common.js";

/** The names of facts become those of this side: "run_id" is runId. */
export function readFailure(detail: ErrorDetail): RunFailure {
  return {
    code: detail.code,
    message: detail.message,
    found: detail.found,
    wanted: detail.wanted,
    nextStep: detail.nextStep,
    facts: Object.fromEntries(Object.entries(detail.facts).map(([name, value]) => [inCamelCase(name), value])),
  };
}

function inCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
