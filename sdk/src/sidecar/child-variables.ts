/** The environment variables a sidecar starts with. */
import { delimiter } from "node:path";
import type { PythonEnvironment } from "./environment.js";

/** What the variables depend on. */
export interface ChildVariablesOptions {
  /** Those of the parent, which the child inherits. */
  readonly variables: NodeJS.ProcessEnv;
  readonly kind: PythonEnvironment["kind"];
  readonly serverBridge: string;
  readonly token: string;
  readonly platform: NodeJS.Platform;
}

/**
 * glibc gives big freed tensors back to the kernel and faults them in again at the next step; kept, training on a CPU
 * is up to twice as fast. They are kept in one arena: those of threads consist of pieces of 64 MiB, in which the space
 * of a big tensor often fits no other one. In huge pages, where the kernel lets a program ask for them (glibc 2.35 and
 * later do), the processor finds its tensors with less looking up.
 */
export const allocatorSettings = {
  MALLOC_MMAP_THRESHOLD_: String(8 * 2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(16 * 2 ** 30),
  MALLOC_TOP_PAD_: String(256 * 2 ** 20),
  MALLOC_ARENA_MAX: "1",
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};

/** The child's variables: the user's own win, but for what makes the sidecar itself. */
export function childVariables(options: ChildVariablesOptions): NodeJS.ProcessEnv {
  const { variables, kind, serverBridge, token, platform } = options;
  const inherited = { ...variables };
  const searchPath = [serverBridge];
  if (kind === "managed") {
    delete inherited["PYTHONHOME"]; // It would lead the environment's interpreter to another Python's library.
    inherited["PYTHONNOUSERSITE"] = "1";
  } else if (inherited["PYTHONPATH"]) {
    searchPath.push(inherited["PYTHONPATH"]);
  }
  return {
    ...(platform === "linux" ? allocatorSettings : {}),
    ...inherited,
    PYTHONPATH: searchPath.join(delimiter),
    PYTHONSAFEPATH: "1", // A torch.py in the user's working folder must not stand in for torch.
    PYTHONUNBUFFERED: "1",
    PYTHONUTF8: "1",
    MIDBLOCK_TOKEN: token,
  };
}
