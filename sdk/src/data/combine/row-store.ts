/** Rows put aside to be taken back in any order: in memory up to a limit, then in a file that is removed at the end. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { UncheckedRow } from "../data-source.js";

const mostBytesInMemory = 64 * 2 ** 20;
const bytesBetweenWrites = 2 ** 20;

/** A store of rows by their number from 0. Of a row in the file, only where it ends is in memory: 8 bytes. */
export class RowStore implements Disposable {
  readonly #mostInMemory: number;
  /** Rows that are not in the file, in order. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  readonly #ends: number[] = [];
  #file: { readonly path: string; readonly descriptor: number; bytes: number } | undefined;

  constructor(mostInMemory = mostBytesInMemory) {
    this.#mostInMemory = mostInMemory;
  }

  get count(): number {
    return this.#ends.length;
  }

  add(row: UncheckedRow): void {
    const bytes = Buffer.from(JSON.stringify(row));
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#ends.push((this.#ends.at(-1) ?? 0) + bytes.length);
    if (this.#heldBytes > (this.#file ? bytesBetweenWrites : this.#mostInMemory)) this.#writeHeld();
  }

  get(index: number): UncheckedRow {
    const start = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    const end = this.#ends[index] ?? start;
    return JSON.parse(this.#bytes(index, start, end).toString("utf8"));
  }

  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.descriptor);
    rmSync(dirname(this.#file.path), { recursive: true, force: true });
  }

  #bytes(index: number, start: number, end: number): Buffer {
    if (this.#file === undefined || start >= this.#file.bytes) {
      return this.#held[index - (this.count - this.#held.length)] ?? Buffer.alloc(0);
    }
    const bytes = Buffer.alloc(end - start);
    readSync(this.#file.descriptor, bytes, 0, bytes.length, start);
    return bytes;
  }

  #writeHeld(): void {
    this.#file ??= openFile();
    writeSync(this.#file.descriptor, Buffer.concat(this.#held));
    this.#file.bytes += this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
  }
}

function openFile() {
  const path = join(mkdtempSync(join(tmpdir(), "midblock-shuffle-")), "rows");
  return { path, descriptor: openSync(path, "wx+", 0o600), bytes: 0 };
}
