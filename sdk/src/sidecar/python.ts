/** Finds a Python interpreter and learns its version by running it. */
import { execa } from "execa";
import { z } from "zod";
import { EnvironmentError } from "../errors.js";

/** A Python that ran and told about itself. */
export interface PythonInterpreter {
  /** Absolute path. */
  readonly executable: string;
  /** Such as "3.11.7". */
  readonly version: string;
  /** What binary packages are built for, such as "linux-x86_64". */
  readonly platform: string;
  /** Whether it can make virtual environments; Debian and Ubuntu take that part out. */
  readonly makesEnvironments: boolean;
}

/** A command to try, and who named it. */
export interface PythonCandidate {
  readonly command: readonly [string, ...string[]];
  /** Such as "option basePython", or "PATH". */
  readonly namedBy: string;
}

/** The oldest Python the sidecar runs on. */
export const oldestPython = "3.10";

const probe = `
import json, sys, sysconfig
try:
    import ensurepip, venv
    makes = True
except ImportError:
    makes = False
print(json.dumps({"executable": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3],
                  "platform": sysconfig.get_platform(), "makesEnvironments": makes}))
`;

const probeResult = z.object({
  executable: z.string().min(1),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  platform: z.string(),
  makesEnvironments: z.boolean(),
});

/** The usual names of Python, newest first. */
export function usualPythons(platform: NodeJS.Platform = process.platform): readonly PythonCandidate[] {
  const names = ["python3.13", "python3.12", "python3.11", "python3.10", "python3", "python"];
  const commands: [string, ...string[]][] = names.map((name) => [name]);
  if (platform === "win32") commands.push(["py", "-3"]);
  return commands.map((command) => ({ command, namedBy: "PATH" }));
}

/**
 * Returns the first candidate that runs and is new enough; one that can make virtual environments goes before one that
 * can't. Throws EnvironmentError "python-too-old" when all that run are too old, "python-not-found" when none runs.
 */
export async function findPython(
  candidates: readonly PythonCandidate[],
  variables: NodeJS.ProcessEnv = process.env,
): Promise<PythonInterpreter> {
  const tooOld: string[] = [];
  let crippled: PythonInterpreter | undefined;
  for (const candidate of candidates) {
    const python = await probePython(candidate.command, variables);
    if (python === undefined) continue;
    if (!isNewEnough(python.version)) tooOld.push(`${python.version} (${python.executable})`);
    else if (python.makesEnvironments) return python;
    else crippled ??= python;
  }
  if (crippled !== undefined) return crippled;
  throw tooOld.length > 0 ? pythonTooOld(tooOld) : pythonNotFound(candidates);
}

async function probePython(
  [file, ...rest]: PythonCandidate["command"],
  variables: NodeJS.ProcessEnv,
): Promise<PythonInterpreter | undefined> {
  const result = await execa(file, [...rest, "-c", probe], { env: variables, extendEnv: false, reject: false });
  if (result.failed) return undefined;
  try {
    return probeResult.parse(JSON.parse(result.stdout));
  } catch {
    return undefined; // Something else answers to that name.
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestPython.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function pythonTooOld(found: readonly string[]): EnvironmentError {
  return new EnvironmentError({
    code: "python-too-old",
    what: "Python is too old for midblock's sidecar.",
    found: `Python ${[...new Set(found)].join(", ")}`,
    wanted: `Python ${oldestPython} or newer`,
    nextStep: `${howToInstall()} Or name a newer one by MIDBLOCK_BASE_PYTHON=/path/to/python3.`,
  });
}

function pythonNotFound(candidates: readonly PythonCandidate[]): EnvironmentError {
  const tried = candidates.map(({ command, namedBy }) => {
    return namedBy === "PATH" ? command.join(" ") : `${command.join(" ")} (${namedBy})`;
  });
  return new EnvironmentError({
    code: "python-not-found",
    what: "No Python was found to run midblock's sidecar.",
    found: `none of these runs: ${tried.join(", ")}`,
    wanted: `Python ${oldestPython} or newer`,
    nextStep: `${howToInstall()} Or name one by MIDBLOCK_BASE_PYTHON=/path/to/python3.`,
  });
}

function howToInstall(): string {
  if (process.platform === "darwin") return "Install it by `brew install python` or from python.org.";
  if (process.platform === "win32") return "Install it by `winget install Python.Python.3.13` or from python.org.";
  return "Install it with the system's packages, such as `apt install python3 python3-venv` or `dnf install python3`.";
}
