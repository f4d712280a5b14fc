/** Unpacks gzip and zstd, which are told by their first bytes whatever the file is called. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { withLongStart } from "./long-start.js";

type Bytes = AsyncIterable<Uint8Array>;

/** "gzip", "zstd", or undefined for bytes that are neither. */
export function packingOf(start: Uint8Array): "gzip" | "zstd" | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  // RFC 8878: a frame, or a skippable frame before it.
  const zstd = start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd;
  const skippable = ((start[0] ?? 0) & 0xf0) === 0x50 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18;
  return zstd || skippable ? "zstd" : undefined;
}

/** The bytes unpacked, or as they are. Throws where packed bytes are broken or end too early. */
export async function* unpacked(chunks: Bytes): AsyncGenerator<Uint8Array> {
  const begun = withLongStart(chunks, 4);
  const first = await begun.next();
  if (first.done) return;
  const all = chain(first.value, begun);
  const packing = packingOf(first.value);
  if (packing === "gzip") yield* gunzipped(all);
  else if (packing === "zstd") yield* zstdUnpacked(all);
  else yield* all;
}

async function* chain(first: Uint8Array, rest: Bytes): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* gunzipped(chunks: Bytes): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // An error of either end destroys the other, so that it is thrown by the loop below.
  pipeline(Readable.from(chunks), gunzip, () => {});
  for await (const chunk of gunzip) yield chunk;
}

/** By fzstd, since Node has zstd only from 22.15 on. */
async function* zstdUnpacked(chunks: Bytes): AsyncGenerator<Uint8Array> {
  let made: Uint8Array[] = [];
  const unpacker = new Decompress((data) => made.push(data));
  const takeMade = () => {
    const taken = made;
    made = [];
    return taken;
  };
  for await (const chunk of chunks) {
    unpacker.push(chunk);
    yield* takeMade();
  }
  unpacker.push(new Uint8Array(), true);
  yield* takeMade();
}
