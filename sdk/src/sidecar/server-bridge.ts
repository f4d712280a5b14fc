/** Finds the sidecar's Python sources, which come with the package. */
import { join } from "node:path";
import { packageFolder } from "../package-manifest.js";

/**
 * The package's server-bridge folder. The sidecar runs from it by PYTHONPATH and is never installed, so an update of
 * the package needs no new environment.
 */
export function serverBridgeFolder(): string {
  return join(packageFolder, "server-bridge");
}
