/** A row on which a function of the user failed. */
import { showFound } from "../../config/show-found.js";
import type { FaultyRow, UncheckedRow } from "../data-source.js";
import { placeOf } from "../place.js";

/** The row with the function's error for a fault. */
export function functionFailed(call: "map" | "filter", { source, value }: UncheckedRow, error: unknown): FaultyRow {
  const reason = error instanceof Error ? error.message : String(error);
  const problem = `the function given to ${call} failed: ${reason}`;
  const wanted = "a function that takes every row";
  return {
    source,
    faults: [{ where: placeOf(source), problem, found: showFound(value), wanted, check: `${call}_failed` }],
  };
}
