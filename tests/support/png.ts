/** Reads what tests need of a PNG. */
import { inflateSync } from "node:zlib";

/** Width, height and the colour of the first pixel as "#rrggbb", of a picture with 8 bits a channel. */
export function readPng(png: Buffer): { width: number; height: number; corner: string } {
  const pixels: Buffer[] = [];
  for (let place = 8; place < png.length; ) {
    const length = png.readUInt32BE(place);
    if (png.toString("latin1", place + 4, place + 8) === "IDAT")
      pixels.push(png.subarray(place + 8, place + 8 + length));
    place += 12 + length;
  }
  // The first pixel of the first row is the same under every filter; the byte before it names the filter.
  const corner = inflateSync(Buffer.concat(pixels)).toString("hex", 1, 4);
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), corner: `#${corner}` };
}
