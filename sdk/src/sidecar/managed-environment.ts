/** Makes, once, the virtual environment that midblock keeps for the sidecar in the cache folder. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { CancelledError } from "../errors.js";
import { type BundledRequirements, readRequirements } from "./bundled-requirements.js";
import { cannotMakeEnvironments, environmentFailed } from "./environment-failure.js";
import {
  type EnvironmentProgress,
  type EnvironmentStage,
  environmentStages,
  readPipLine,
} from "./environment-progress.js";
import { makeFolder } from "./folders.js";
import type { PythonInterpreter } from "./python.js";

/** What to make and where. */
export interface ManagedEnvironmentOptions {
  readonly python: PythonInterpreter;
  readonly cacheFolder: string;
  readonly serverBridge: string;
  readonly extras: readonly string[];
  readonly variables: NodeJS.ProcessEnv;
  readonly onProgress?: ((progress: EnvironmentProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The paths of one environment. */
interface Place {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
  /** Written last: without it the environment is half-made. */
  readonly marker: string;
  readonly lock: string;
}

const keptLines = 20;

/**
 * Returns the path of the environment's interpreter, after making the environment where it is not there whole. Throws
 * EnvironmentError "environment-failed", and CancelledError when the signal stops it.
 */
export async function managedEnvironment(options: ManagedEnvironmentOptions): Promise<string> {
  const wanted = await readRequirements(options.serverBridge, options.extras);
  const place = placeOf(options, wanted);
  if (existsSync(place.marker) && existsSync(place.python)) return place.python;
  if (!options.python.makesEnvironments) throw cannotMakeEnvironments(options.python);
  await makeFolder(join(options.cacheFolder, "environments"), "MIDBLOCK_CACHE");
  await make(options, wanted, place);
  return place.python;
}

function placeOf({ python, cacheFolder, extras }: ManagedEnvironmentOptions, wanted: BundledRequirements): Place {
  const contents = {
    python: python.version.split(".").slice(0, 2).join("."),
    platform: python.platform,
    extras,
    requirements: wanted.requirements.map(({ text }) => text),
    constraints: wanted.constraints,
  };
  const digest = createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 16);
  const folder = join(cacheFolder, "environments", digest);
  return {
    folder,
    python: process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python"),
    marker: join(folder, "complete.json"),
    lock: `${folder}.lock`,
  };
}

/** What make_environment.py is told: torch goes in by itself, first, so that no later package pulls in another one. */
function planOf({ python }: ManagedEnvironmentOptions, wanted: BundledRequirements, place: Place) {
  const isTorch = ({ name }: { readonly name: string }) => name === "torch";
  const torch = wanted.requirements.filter(isTorch).map(({ text }) => text);
  const others = wanted.requirements.filter((requirement) => !isTorch(requirement)).map(({ text }) => text);
  const pip = [place.python, "-I", "-m", "pip", "install", "--no-input", "--progress-bar", "off"];
  const install = [...pip, "--constraint", wanted.constraintsFile];
  return {
    ...place,
    markerText: JSON.stringify({ python: python.version, requirements: [...torch, ...others] }, undefined, 2),
    steps: [
      { stage: "create", command: [python.executable, "-I", "-m", "venv", place.folder] },
      { stage: "install-torch", command: [...install, ...torch] },
      { stage: "install-packages", command: [...install, ...torch, ...others] },
    ] satisfies { stage: EnvironmentStage; command: string[] }[],
  };
}

async function make(options: ManagedEnvironmentOptions, wanted: BundledRequirements, place: Place): Promise<void> {
  const { python, serverBridge, variables, signal } = options;
  const maker = execa(
    python.executable,
    ["-I", join(serverBridge, "make_environment.py"), JSON.stringify(planOf(options, wanted, place))],
    { env: { ...variables, PIP_USER: "0" }, extendEnv: false, reject: false, buffer: false, cleanup: false, all: true },
  );
  const stop = () => maker.stdin.end();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const { stage, tail } = await follow(createInterface({ input: maker.all }), options.onProgress);
    const result = await maker;
    if (signal?.aborted)
      throw new CancelledError({ code: "cancelled", what: "Making the Python environment was stopped." });
    if (result.failed) throw environmentFailed({ python, folder: place.folder, stage, tail });
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

async function follow(lines: AsyncIterable<string>, onProgress: ManagedEnvironmentOptions["onProgress"]) {
  const start = performance.now();
  const elapsedSeconds = () => (performance.now() - start) / 1000;
  const tail: string[] = [];
  let stage: EnvironmentStage = "create";
  for await (const line of lines) {
    const begun = environmentStages.find((name) => line === `@stage ${name}`);
    if (begun !== undefined) {
      stage = begun;
      onProgress?.({ stage, elapsedSeconds: elapsedSeconds() });
      continue;
    }
    tail.push(line);
    if (tail.length > keptLines) tail.shift();
    const seen = readPipLine(line);
    if (seen !== undefined) onProgress?.({ stage, ...seen, elapsedSeconds: elapsedSeconds() });
  }
  return { stage, tail };
}
