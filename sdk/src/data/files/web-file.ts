/** A file behind an http or https URL. */
import { patientFetch } from "./patient-fetch.js";
import { resumed } from "./resume.js";
import type { StoredFile } from "./stored-file.js";
import { WebFailure } from "./web-failure.js";

/** Reads by fetch; pieces need a server that supports ranges. */
export function webFile(url: URL, signal?: AbortSignal): StoredFile {
  const request = (headers: Readonly<Record<string, string>>) =>
    patientFetch(url, { headers: { "accept-encoding": "identity", ...headers }, ...(signal ? { signal } : {}) });
  let version: string | undefined;

  async function* open(offset: number): AsyncGenerator<Uint8Array> {
    const response = await request(offset > 0 ? rangeHeaders(offset, undefined, version) : {});
    const body = offset > 0 ? partOf(response, offset) : wholeOf(response);
    version ??= response.headers.get("etag") ?? undefined;
    yield* body;
  }

  return {
    bytes: () => resumed(open, signal),
    size: async () => {
      const response = await request(rangeHeaders(0, 1));
      await response.body?.cancel();
      return totalOf(response);
    },
    range: async (start, end) => {
      const response = await request(rangeHeaders(start, end));
      partOf(response, start);
      const bytes = await response.arrayBuffer();
      if (bytes.byteLength !== end - start) {
        throw new RangeError(`the server sent ${bytes.byteLength} bytes, wanted ${end - start}`);
      }
      return bytes;
    },
  };
}

/** `version` refuses a file that changed since; a weak one can't be compared (RFC 9110, 13.1.1). */
function rangeHeaders(start: number, end?: number, version?: string): Record<string, string> {
  const match = version === undefined || version.startsWith("W/") ? {} : { "if-match": version };
  return { range: `bytes=${start}-${end === undefined ? "" : end - 1}`, ...match };
}

function wholeOf(response: Response): AsyncIterable<Uint8Array> {
  if (!response.ok || response.body === null) throw new WebFailure(response.status);
  return response.body;
}

function partOf(response: Response, start: number): AsyncIterable<Uint8Array> {
  const body = wholeOf(response);
  if (response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${start}-`)) return body;
  void response.body?.cancel();
  throw new RangeError(`the server does not give the part from byte ${start} on; download the file and give its path`);
}

function totalOf(response: Response): number {
  partOf(response, 0);
  const total = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1]);
  if (Number.isNaN(total)) throw new RangeError("the server does not tell the size of the file");
  return total;
}
