/** Holds where rows come from in 20 bytes a row; the names of files are held once. */
import type { Source } from "./datum.js";
import { NumberList } from "./number-list.js";

/** Sources in order, to be appended to; each is made anew when it is asked for. */
export class SourceList {
  readonly #names: string[] = [];
  readonly #numberOfName = new Map<string, number>();
  readonly #files = new NumberList("uint32");
  readonly #lines = new NumberList("float64");
  /** NaN where a source has no row. */
  readonly #rows = new NumberList("float64");

  get length(): number {
    return this.#files.length;
  }

  add({ file, line, row }: Source): void {
    const known = this.#numberOfName.get(file);
    if (known === undefined) this.#numberOfName.set(file, this.#names.push(file) - 1);
    this.#files.push(known ?? this.#names.length - 1);
    this.#lines.push(line);
    this.#rows.push(row ?? Number.NaN);
  }

  /** The source of an index from 0. */
  at(index: number): Source | undefined {
    const file = this.#names[this.#files.at(index) ?? -1];
    const line = this.#lines.at(index);
    const row = this.#rows.at(index) ?? Number.NaN;
    if (file === undefined || line === undefined) return undefined;
    return Number.isNaN(row) ? { file, line } : { file, line, row };
  }
}
