/** A hash of what a data set says, whatever file or order of keys it came in. */
import { createHash } from "node:crypto";
import type { RowExample } from "./datum.js";

/** SHA-256 over the contents of the examples in their order. */
export class ContentHash {
  readonly #hash = createHash("sha256");

  /** Takes what `contentOf` gives. */
  add(content: string): void {
    this.#hash.update(`${content}\n`);
  }

  /** Of what was taken so far: "sha256:" and lower-case hex. */
  digest(): string {
    return `sha256:${this.#hash.copy().digest("hex")}`;
  }
}

/** What an example says, as JSON without its place. */
export function contentOf({ source: _, ...content }: RowExample): string {
  return JSON.stringify(content);
}
