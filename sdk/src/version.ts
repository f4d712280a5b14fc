/** The version of this package, read from its own package.json. */
import { readFileSync } from "node:fs";

const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** Such as "0.1.0". */
export const packageVersion: string = versionOf(manifest);

function versionOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "version" in value && typeof value.version === "string") {
    return value.version;
  }
  throw new Error("package.json of midblock has no version");
}
