/** Where training examples come from: a named stream of rows that is read when it is needed. */
import type { Fault } from "../errors.js";
import type { Source } from "./datum.js";
import type { WrittenNumber } from "./written-numbers.js";

/**
 * A source of rows. Nothing is read before `rows` is called; calling it again reads again, and gives the same rows in
 * the same order while the content is the same.
 */
export interface DataSource {
  /** The file or URL as the user gave it, or "(memory)". */
  readonly name: string;
  /**
   * The rows, one at a time: a source never holds all of a file. Throws DataError where the source can't be read (any
   * further), CancelledError when the signal fires.
   */
  rows(signal?: AbortSignal): AsyncIterable<SourceRow>;
}

/** A row as it was read, not yet checked, or what kept it from being read. */
export type SourceRow = UncheckedRow | FaultyRow;

/** A row as JSON has it; whether it makes an example is seen later. */
export interface UncheckedRow {
  readonly source: Source;
  readonly value: unknown;
  /** Numbers of the value that were written in a form that JavaScript does not keep, such as 1.0. */
  readonly changedNumbers?: readonly WrittenNumber[];
}

/** A row that can't be read. Combinators pass it on, so that it is reported whatever they do with other rows. */
export interface FaultyRow {
  readonly source: Source;
  readonly faults: readonly Fault[];
}
