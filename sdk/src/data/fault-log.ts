/** Counts every fault of a data set in bounded memory: the first are kept, and where there are many, all go to a file. */
import { closeSync, mkdtempSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeFault, type Fault, shownFaults } from "../errors.js";

/** Kept for programs that look at `error.faults`. */
const mostKept = 1000;
const linesBetweenWrites = 500;

/** What an error is told of faults. */
export interface CountedFaults {
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  readonly faultsByCheck: Readonly<Record<string, number>>;
  readonly faultsFile?: string;
  /** Rows that were read, and those of them that have faults. */
  readonly facts: { readonly rows: string; readonly faultyRows: string };
}

/** Gathers faults row by row. */
export class FaultLog {
  /** Rows that have faults. */
  rows = 0;
  #count = 0;
  readonly #byCheck: Record<string, number> = {};
  readonly #kept: Fault[] = [];
  #unwritten: string[] = [];
  #file: { readonly path: string; readonly descriptor: number } | undefined;

  /** True while there is no fault. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Takes the faults of one row. */
  add(faults: readonly Fault[]): void {
    this.rows += 1;
    this.#count += faults.length;
    for (const fault of faults) {
      if (this.#kept.length < mostKept) this.#kept.push(fault);
      this.#unwritten.push(describeFault(fault));
      if (fault.check !== undefined) this.#byCheck[fault.check] = (this.#byCheck[fault.check] ?? 0) + 1;
    }
    if (this.#unwritten.length >= linesBetweenWrites) this.#write();
  }

  /**
   * All that was gathered of so many rows. The file, which is there from the 51st fault on, is left for the user to read
   * and remove.
   */
  close(rows: number): CountedFaults {
    if (this.#count > shownFaults) this.#write();
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    const file = this.#file === undefined ? {} : { faultsFile: this.#file.path };
    const facts = { rows: String(rows), faultyRows: String(this.rows) };
    return { faults: this.#kept, faultCount: this.#count, faultsByCheck: this.#byCheck, ...file, facts };
  }

  #write(): void {
    this.#file ??= openFile();
    writeSync(this.#file.descriptor, this.#unwritten.map((line) => `${line}\n`).join(""));
    this.#unwritten = [];
  }
}

/** In a folder of its own that only this user can read, since faults quote the data. */
function openFile(): { readonly path: string; readonly descriptor: number } {
  const path = join(mkdtempSync(join(tmpdir(), "midblock-faults-")), "faults.txt");
  return { path, descriptor: openSync(path, "wx", 0o600) };
}
