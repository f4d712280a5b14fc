/**
 * Decides which Python environment the sidecar runs in, and has it made or checked.
 *
 * The rule: `python`, or MIDBLOCK_PYTHON, names an interpreter that has the packages already; it is used as it is and
 * nothing is installed into it. Otherwise midblock makes an environment of its own, on the interpreter that `basePython`,
 * or MIDBLOCK_BASE_PYTHON, names, or else on the first of the usual names. An option goes before a variable.
 */

import { resolve } from "node:path";
import type { EnvironmentProgress } from "./environment-progress.js";
import { defaultCacheFolder, ownSurroundings } from "./folders.js";
import { managedEnvironment } from "./managed-environment.js";
import { checkOwnEnvironment } from "./own-environment.js";
import { findPython, type PythonCandidate, usualPythons } from "./python.js";
import { serverBridgeFolder } from "./server-bridge.js";

/** What the caller may say about Python. */
export interface EnvironmentOptions {
  /** An interpreter that has the sidecar's packages, path or name. */
  readonly python?: string | undefined;
  /** The interpreter to make midblock's own environment with, path or name. */
  readonly basePython?: string | undefined;
  /** Where environments are kept; see defaultCacheFolder. */
  readonly cacheFolder?: string | undefined;
  /** Extras of the sidecar's pyproject.toml to have too. */
  readonly extras?: readonly string[] | undefined;
  /** Folder with the sidecar's sources, in place of the package's own. */
  readonly serverBridge?: string | undefined;
  /** Variables in place of the process's own. */
  readonly variables?: NodeJS.ProcessEnv | undefined;
  readonly onProgress?: ((progress: EnvironmentProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A Python that has what the sidecar needs. */
export interface PythonEnvironment {
  /** Path of the interpreter. */
  readonly python: string;
  /** "own": the user's; "managed": made and kept by midblock. */
  readonly kind: "own" | "managed";
}

/** Returns an environment that is ready; throws EnvironmentError with what is missing and the next step. */
export async function prepareEnvironment(options: EnvironmentOptions = {}): Promise<PythonEnvironment> {
  const variables = options.variables ?? process.env;
  const serverBridge = options.serverBridge ?? serverBridgeFolder();
  const extras = options.extras ?? [];
  const own = ownPython(options, variables);
  if (own !== undefined) {
    const python = await findPython([own], variables);
    await checkOwnEnvironment({ python, serverBridge, extras, variables });
    return { python: python.executable, kind: "own" };
  }
  const python = await managedEnvironment({
    python: await findPython(basePythons(options, variables), variables),
    cacheFolder: resolve(options.cacheFolder ?? defaultCacheFolder({ ...ownSurroundings(), variables })),
    serverBridge,
    extras,
    variables,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  return { python, kind: "managed" };
}

function ownPython(options: EnvironmentOptions, variables: NodeJS.ProcessEnv): PythonCandidate | undefined {
  if (options.python) return { command: [options.python], namedBy: "option python" };
  const named = variables["MIDBLOCK_PYTHON"];
  if (options.basePython || !named) return undefined;
  return { command: [named], namedBy: "MIDBLOCK_PYTHON" };
}

function basePythons(options: EnvironmentOptions, variables: NodeJS.ProcessEnv): readonly PythonCandidate[] {
  if (options.basePython) return [{ command: [options.basePython], namedBy: "option basePython" }];
  const named = variables["MIDBLOCK_BASE_PYTHON"];
  return named ? [{ command: [named], namedBy: "MIDBLOCK_BASE_PYTHON" }] : usualPythons();
}
