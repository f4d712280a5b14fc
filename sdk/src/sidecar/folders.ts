/** Where midblock keeps things on a user's machine, by the custom of each system. */
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { EnvironmentError } from "../errors.js";

/** The facts that decide where folders lie; the process's own where left out. */
export interface Surroundings {
  readonly variables: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** The surroundings of this process. */
export function ownSurroundings(): Surroundings {
  return { variables: process.env, platform: process.platform, home: homedir() };
}

/**
 * The folder for what can be fetched or made again: environments and models. MIDBLOCK_CACHE names it; else it is
 * "midblock" in the system's cache folder.
 */
export function defaultCacheFolder(surroundings: Surroundings = ownSurroundings()): string {
  const { variables, platform, home } = surroundings;
  if (variables["MIDBLOCK_CACHE"]) return variables["MIDBLOCK_CACHE"];
  if (platform === "win32") return join(localAppData(surroundings), "midblock", "cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "midblock");
  return join(variables["XDG_CACHE_HOME"] || join(home, ".cache"), "midblock");
}

/**
 * The folder for what can't be made again: the record of runs and their checkpoints. MIDBLOCK_STATE names it; else it
 * is "midblock" where the system keeps the state of programs.
 */
export function defaultStateFolder(surroundings: Surroundings = ownSurroundings()): string {
  const { variables, platform, home } = surroundings;
  if (variables["MIDBLOCK_STATE"]) return variables["MIDBLOCK_STATE"];
  if (platform === "win32") return join(localAppData(surroundings), "midblock", "state");
  if (platform === "darwin") return join(home, "Library", "Application Support", "midblock");
  return join(variables["XDG_STATE_HOME"] || join(home, ".local", "state"), "midblock");
}

/** Makes a folder where it is missing. Throws EnvironmentError, which names the variable that moves it elsewhere. */
export async function makeFolder(folder: string, variable: "MIDBLOCK_CACHE" | "MIDBLOCK_STATE"): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new EnvironmentError({
      code: "environment-failed",
      what: `The folder ${folder} can't be made.`,
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a folder that this user can write to",
      nextStep: `Set ${variable} to one.`,
      cause,
    });
  }
}

function localAppData({ variables, home }: Surroundings): string {
  return variables["LOCALAPPDATA"] || join(home, "AppData", "Local");
}
