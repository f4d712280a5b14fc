/** A hash of what a data set says, whatever file or order of keys it came in. */
import { createHash } from "node:crypto";
import type { RowExample } from "./datum.js";

/** SHA-256 over the JSON of the examples in their order, without their places. */
export class ContentHash {
  readonly #hash = createHash("sha256");

  add({ source: _, ...content }: RowExample): void {
    this.#hash.update(`${JSON.stringify(content)}\n`);
  }

  /** Lower-case hex. Ends the hash. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}
