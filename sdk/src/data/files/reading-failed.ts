/** The error of a data file that can't be read, or no further. */
import { isNativeError } from "node:util/types";
import { CancelledError, DataError, MidblockError, systemCode } from "../../errors.js";
import type { Location } from "./location.js";

/** What was being read, and how far that went. */
export interface Reading {
  readonly location: Location;
  /** What the file should be, such as "a Parquet file". */
  readonly wanted: string;
  /** The place of the last row that came; undefined before the first. */
  readonly reached: string | undefined;
}

/** Errors of midblock stay as they are; whatever else happened becomes a DataError, or a CancelledError on the signal. */
export function readingFailed(reading: Reading, cause: unknown, signal: AbortSignal | undefined): Error {
  const { location, wanted, reached } = reading;
  if (signal?.aborted) {
    return new CancelledError({ code: "cancelled", what: `Reading ${location.name} was cancelled.`, cause });
  }
  if (MidblockError.isInstance(cause)) return cause;
  return new DataError({
    code: "invalid-data",
    what:
      reached === undefined
        ? `The data file ${location.name} can't be read.`
        : `The data file ${location.name} can't be read past ${reached}.`,
    found: reasonOf(cause),
    wanted,
    nextStep: nextStepFor(location, cause),
    cause,
  });
}

/** Errors of fetch say only "fetch failed"; the reason is their cause. */
function reasonOf(cause: unknown): string {
  if (!isNativeError(cause)) return String(cause);
  return isNativeError(cause.cause) ? `${cause.message}: ${reasonOf(cause.cause)}` : cause.message;
}

function nextStepFor(location: Location, cause: unknown): string {
  const code = systemCode(cause);
  if (code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR") return "the packed file is damaged or cut off: get it again";
  switch (location.kind) {
    case "disk":
      return `check the path; it is taken relative to ${process.cwd()}`;
    case "web":
      return "check the URL, or download the file and give its path";
    case "hub":
      return "check owner, name and path; a private or gated data set needs a token in HF_TOKEN; HF_ENDPOINT names another hub";
  }
}
