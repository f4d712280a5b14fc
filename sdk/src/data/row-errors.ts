/** The errors that loading throws about rows, the same for a file and for rows in memory. */
import { DataError, type Fault } from "../errors.js";

/** Several rows are wrong; `faults` has each fault of each. */
export function badRows(name: string, rows: number, faults: readonly Fault[]): DataError {
  return new DataError({
    code: "invalid-data",
    what: `The data in ${name} has ${faults.length} ${faults.length === 1 ? "fault" : "faults"} in ${rows} ${rows === 1 ? "row" : "rows"}.`,
    faults,
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
