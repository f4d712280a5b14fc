/** ErrorDetail, read. */
import type { RunFailure } from "../../training/run-event.js";
import type { ErrorDetail } from "../gen/midblock/v1/common.js";

export function readFailure(detail: ErrorDetail): RunFailure {
  return {
    code: detail.code,
    message: detail.message,
    found: detail.found,
    wanted: detail.wanted,
    nextStep: detail.nextStep,
    facts: { ...detail.facts },
  };
}
