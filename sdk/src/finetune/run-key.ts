/** The key under which the sidecar knows a piece of work. */
import { createHash } from "node:crypto";
import type { RunSpecification } from "../training/run-specification.js";

/**
 * The user's key and a digest of all that decides the outcome. The same key with the same settings and data therefore
 * finds the run that is there already; with other ones it is a new run, not a conflict.
 */
export function runKey(key: string, specification: RunSpecification): string {
  const digest = createHash("sha256")
    .update(JSON.stringify({ ...specification, clientNotes: "" }))
    .digest("hex");
  return `${key}:${digest.slice(0, 16)}`;
}
