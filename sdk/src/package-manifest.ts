/** Where this package lies and what version it is. The way up differs between sdk/src and dist, hence the search. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json, proto and server-bridge. */
export const packageFolder: string = findPackageFolder();

/** Such as "0.1.0". */
export const packageVersion: string = versionOf(JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")));

function findPackageFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "server-bridge", "pyproject.toml"))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(`midblock is installed incompletely: no folder above ${start} holds its server-bridge`);
    }
  }
}

function versionOf(manifest: unknown): string {
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
    if (typeof manifest.version === "string") return manifest.version;
  }
  throw new Error("package.json of midblock has no version");
}
