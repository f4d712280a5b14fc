/** Remembers which row a text was first seen in, in about 25 bytes a text, whatever its length. */
import { hash } from "node:crypto";

const firstSlots = 1024;
const bytesOfPrint = 8;

/**
 * A hash table with open addressing from the first 64 bits of a text's SHA-256 to a number. Two different texts out of n
 * are taken for one with a probability of n^2 / 2^65: under one in a million for five million texts.
 */
export class PrintTable {
  #count = 0;
  #high = new Uint32Array(firstSlots);
  #low = new Uint32Array(firstSlots);
  /** Number + 1; 0 is a free slot. */
  #numbers = new Uint32Array(firstSlots);

  /** Remembers the text with a number below 2^32 - 1, unless it is known: then gives the number it is known by. */
  add(text: string, number: number): number | undefined {
    const [high, low] = printOf(text);
    const slot = this.#slotOf(high, low);
    const known = this.#numbers[slot] ?? 0;
    if (known !== 0) return known - 1;
    this.#set(slot, high, low, number + 1);
    this.#count += 1;
    if (this.#count > this.#numbers.length * 0.7) this.#grow();
    return undefined;
  }

  /** The number that the text is known by; undefined where it is not. */
  get(text: string): number | undefined {
    const known = this.#numbers[this.#slotOf(...printOf(text))] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#numbers.length - 1;
    let slot = low & mask;
    while (this.#numbers[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low))
      slot = (slot + 1) & mask;
    return slot;
  }

  #set(slot: number, high: number, low: number, stored: number): void {
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#numbers[slot] = stored;
  }

  #grow(): void {
    const [high, low, numbers] = [this.#high, this.#low, this.#numbers];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(high.length * 2);
    this.#numbers = new Uint32Array(high.length * 2);
    for (const [slot, stored] of numbers.entries()) {
      if (stored === 0) continue;
      const print = [high[slot] ?? 0, low[slot] ?? 0] as const;
      this.#set(this.#slotOf(...print), ...print, stored);
    }
  }
}

function printOf(text: string): readonly [high: number, low: number] {
  const bytes = hash("sha256", text, "buffer").subarray(0, bytesOfPrint);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}
