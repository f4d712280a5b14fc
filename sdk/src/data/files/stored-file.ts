/** A file wherever it is stored, to be read from its start or in pieces. */

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

/** The file at a place. */
export function storedFile(location: Location, signal?: AbortSignal): StoredFile {
  switch (location.kind) {
    case "disk":
      return diskFile(location.path, signal);
    case "web":
      return webFile(location.url, signal);
    case "hub":
      return hubFile(location, signal);
  }
}
