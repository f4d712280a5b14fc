/** A file wherever it is stored, to be read from its start or in pieces. */

import { orAborted, untilAborted } from "./abortable.js";
import { diskFile } from "./disk-file.js";
import { hubFile } from "./hub-file.js";
import type { Location } from "./location.js";
import { webFile } from "./web-file.js";

/** Reading starts with the first call; each call reads anew. All throw what the storage throws. */
export interface StoredFile {
  /** All bytes in order. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Size in bytes. */
  size(): Promise<number>;
  /** The bytes from `start` to before `end`. */
  range(start: number, end: number): Promise<ArrayBuffer>;
}

/** The file at a place. When the signal fires, whatever is waited for throws its reason at once. */
export function storedFile(location: Location, signal?: AbortSignal): StoredFile {
  const file = fileAt(location, signal);
  if (signal === undefined) return file;
  return {
    bytes: () => untilAborted(file.bytes(), signal),
    size: () => orAborted(file.size(), signal),
    range: (start, end) => orAborted(file.range(start, end), signal),
  };
}

function fileAt(location: Location, signal?: AbortSignal): StoredFile {
  switch (location.kind) {
    case "disk":
      return diskFile(location.path, signal);
    case "web":
      return webFile(location.url, signal);
    case "hub":
      return hubFile(location, signal);
  }
}
