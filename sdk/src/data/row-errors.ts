/** The errors that reading throws about rows, the same for every source. */
import { CancelledError, DataError } from "../errors.js";
import type { FaultLog } from "./fault-log.js";

/** Of the rows that were read some are wrong; the error has each fault of each. Closes the log. */
export function badRows(name: string, log: FaultLog, rows: number): DataError {
  const counted = log.close(rows);
  const { faultCount: faults } = counted;
  return new DataError({
    code: "invalid-data",
    what: `The data in ${name} has ${faults} ${faults === 1 ? "fault" : "faults"} in ${log.rows} ${log.rows === 1 ? "row" : "rows"}.`,
    ...counted,
    nextStep: "mend or remove these rows; nothing was trained",
  });
}

/** There is nothing to train on. */
export function noExamples(name: string): DataError {
  return new DataError({
    code: "invalid-data",
    what: `The data in ${name} holds no example.`,
    found: "0 rows",
    wanted: "at least one row",
  });
}

/** The caller's signal stopped the reading. */
export function readingCancelled(name: string, signal: AbortSignal): CancelledError {
  return new CancelledError({ code: "cancelled", what: `Reading ${name} was cancelled.`, cause: signal.reason });
}
