/** Finds the sidecar's Python sources, which come with the package. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The package's server-bridge folder. The sidecar runs from it by PYTHONPATH and is never installed, so an update of
 * the package needs no new environment. The way up differs between sdk/src and dist, hence the search.
 */
export function serverBridgeFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, "server-bridge");
    if (existsSync(join(candidate, "pyproject.toml"))) return candidate;
    if (folder === dirname(folder))
      throw new Error(`midblock is installed incompletely: no server-bridge above ${start}`);
  }
}
