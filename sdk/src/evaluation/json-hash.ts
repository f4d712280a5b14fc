/** One hash for what an evaluation asked: prompts, continuations, weights. */
import { createHash } from "node:crypto";

/** "sha256:" and hex over the value as JSON. */
export function jsonHash(value: unknown): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(value)).digest("hex")}`;
}
