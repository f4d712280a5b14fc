/** A file of a data set on the Hugging Face hub, read through its own library. */
import { downloadFile, fileDownloadInfo } from "@huggingface/hub";
import type { Location } from "./location.js";
import { patientFetch } from "./patient-fetch.js";
import { resumed } from "./resume.js";
import type { StoredFile } from "./stored-file.js";
import { WebFailure } from "./web-failure.js";

/**
 * Reads from the hub that HF_ENDPOINT names (default https://huggingface.co) with the token in HF_TOKEN, if there is one.
 *
 * The file is looked up once a reading; throws where it is another one when a broken download goes on.
 */
export function hubFile(location: Location & { readonly kind: "hub" }, signal?: AbortSignal): StoredFile {
  const hub = {
    repo: { type: "dataset" as const, name: location.repository },
    path: location.path.split("/").map(encodeURIComponent).join("/"),
    ...(location.revision === undefined ? {} : { revision: location.revision }),
    hubUrl: process.env["HF_ENDPOINT"]?.replace(/\/+$/, "") || "https://huggingface.co",
    ...(process.env["HF_TOKEN"] ? { accessToken: process.env["HF_TOKEN"] } : {}),
    fetch: (input: string | URL | Request, init?: RequestInit) =>
      patientFetch(input, { ...init, ...(signal ? { signal } : {}) }),
  };
  let version: string | undefined;

  async function lookUp(): Promise<Blob> {
    const downloadInfo = await fileDownloadInfo(hub);
    if (downloadInfo === null) throw new WebFailure(404);
    version ??= downloadInfo.etag;
    if (version !== downloadInfo.etag) throw new RangeError("the file changed while it was read");
    const blob = await downloadFile({ ...hub, downloadInfo });
    if (blob === null) throw new WebFailure(404);
    return blob;
  }
  let found: Promise<Blob> | undefined;
  const blob = () => {
    found ??= lookUp();
    return found;
  };

  async function* open(offset: number): AsyncGenerator<Uint8Array> {
    const whole = offset === 0 ? await blob() : await lookUp();
    yield* offset === 0 ? whole.stream() : whole.slice(offset, whole.size).stream();
  }

  return {
    bytes: () => resumed(open, signal),
    size: async () => (await blob()).size,
    range: async (start, end) => {
      const bytes = await (await blob()).slice(start, end).arrayBuffer();
      if (bytes.byteLength !== end - start) {
        throw new RangeError(`the hub sent ${bytes.byteLength} bytes, wanted ${end - start}`);
      }
      return bytes;
    },
  };
}
