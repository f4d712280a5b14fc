/** A data source with what can be done to one. */
import type { DataSource, SourceRow } from "./data-source.js";

/** Rows from anywhere. Every method gives a new data set and reads nothing; a data set is read when it is used. */
export class Dataset implements DataSource {
  readonly name: string;
  readonly #source: DataSource;

  constructor(source: DataSource) {
    this.name = source.name;
    this.#source = source;
  }

  /** The rows, unchecked. */
  rows(signal?: AbortSignal): AsyncIterable<SourceRow> {
    return this.#source.rows(signal);
  }
}
