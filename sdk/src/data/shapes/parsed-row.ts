/** What comes of checking a row, or a part of it. */
import type { Fault } from "../../errors.js";
import type { RowExample } from "../datum.js";

/** Faults in place of a value. */
export interface Faulty {
  readonly faults: readonly Fault[];
}

/** A row's example, or its faults. */
export type ParsedRow = { readonly example: RowExample } | Faulty;
