/** A growing list of numbers in typed arrays: no object a number, and nothing is moved when it grows. */

const slabNumbers = 2 ** 14;

type Slab = Uint32Array | Float64Array;

/** Numbers of one kind, in order: "uint32" takes 4 bytes a number, "float64" 8. */
export class NumberList {
  readonly #makeSlab: () => Slab;
  readonly #slabs: Slab[] = [];
  #length = 0;

  constructor(kind: "uint32" | "float64") {
    this.#makeSlab = () => (kind === "uint32" ? new Uint32Array(slabNumbers) : new Float64Array(slabNumbers));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const place = this.#length % slabNumbers;
    if (place === 0) this.#slabs.push(this.#makeSlab());
    const slab = this.#slabs.at(-1);
    if (slab !== undefined) slab[place] = value;
    this.#length += 1;
  }

  /** The number of an index from 0; undefined where there is none. */
  at(index: number): number | undefined {
    return index < this.#length ? this.#slabs[Math.floor(index / slabNumbers)]?.[index % slabNumbers] : undefined;
  }
}
