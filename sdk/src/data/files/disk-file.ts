/** A file on disk. */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { StoredFile } from "./stored-file.js";

/** Reads by node:fs; the signal ends a stream with an AbortError. */
export function diskFile(path: string, signal?: AbortSignal): StoredFile {
  return {
    bytes: () => createReadStream(path, signal ? { signal } : {}),
    size: async () => (await stat(path)).size,
    range: (start, end) => readRange(path, start, end, signal),
  };
}

async function readRange(path: string, start: number, end: number, signal?: AbortSignal): Promise<ArrayBuffer> {
  signal?.throwIfAborted();
  await using file = await open(path);
  const buffer = new ArrayBuffer(end - start);
  for (let read = 0; read < buffer.byteLength; ) {
    const { bytesRead } = await file.read(new Uint8Array(buffer, read), 0, buffer.byteLength - read, start + read);
    if (bytesRead === 0) throw new RangeError(`the file ended at byte ${start + read}, wanted ${end}`);
    read += bytesRead;
  }
  return buffer;
}
