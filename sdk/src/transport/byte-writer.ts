/** A buffer that grows by doubling, with the two number forms that a data set is made of. */

/** Bytes that a number from 0 to 2^32 - 1 takes as a varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Call reserve before writing: the others do not check for room. */
export class ByteWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Writes a whole number from 0 to 2^32 - 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  float32(value: number): void {
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** What was written; the writer is done. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
