/** Remembers which row a text was first seen in, in some 30 bytes a text, whatever its length. */
import { hash } from "node:crypto";
import { NumberList } from "./number-list.js";

const firstSlots = 1024;
const fullestShare = 0.7;
const wordsOfPrint = 4;

/**
 * A hash table with open addressing from the first 128 bits of a text's SHA-256 to a number. Two different texts out of n
 * are taken for one with a probability of n^2 / 2^129: 10^-19 for ten billion texts.
 */
export class PrintTable {
  /** The prints in the order in which they came, four words each. */
  readonly #words = new NumberList("uint32");
  readonly #numbers = new NumberList("uint32");
  /** Place of a print in that order, + 1; 0 is a free slot. */
  #slots = new Uint32Array(firstSlots);

  /** Remembers the text with a number below 2^32, unless it is known: then gives the number it is known by. */
  add(text: string, number: number): number | undefined {
    const print = printOf(text);
    const slot = this.#slotOf(print);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return this.#numbers.at(known - 1);
    for (const word of print) this.#words.push(word);
    this.#numbers.push(number);
    this.#slots[slot] = this.#numbers.length;
    if (this.#numbers.length > this.#slots.length * fullestShare) this.#grow();
    return undefined;
  }

  /** The number that the text is known by; undefined where it is not. */
  get(text: string): number | undefined {
    const known = this.#slots[this.#slotOf(printOf(text))] ?? 0;
    return known === 0 ? undefined : this.#numbers.at(known - 1);
  }

  /** The slot that holds the print, or the free one where it belongs. */
  #slotOf(print: Uint32Array): number {
    const mask = this.#slots.length - 1;
    let slot = (print[0] ?? 0) & mask;
    for (let known = this.#slots[slot]; known !== 0 && known !== undefined; known = this.#slots[slot]) {
      if (this.#isPrint(print, known - 1)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isPrint(print: Uint32Array, place: number): boolean {
    return print.every((word, index) => this.#words.at(place * wordsOfPrint + index) === word);
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let place = 0; place < this.#numbers.length; place++) {
      let slot = (this.#words.at(place * wordsOfPrint) ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = place + 1;
    }
  }
}

function printOf(text: string): Uint32Array {
  const bytes = hash("sha256", text, "buffer");
  return Uint32Array.from({ length: wordsOfPrint }, (_, index) => bytes.readUInt32LE(4 * index));
}
