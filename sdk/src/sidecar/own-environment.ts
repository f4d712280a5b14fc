/** Checks an interpreter that the user names as ready: are the sidecar's packages there, and new enough? */
import { execa } from "execa";
import { z } from "zod";
import { EnvironmentError, type Fault } from "../errors.js";
import { readRequirements } from "./bundled-requirements.js";
import type { PythonInterpreter } from "./python.js";
import { meets, type Requirement } from "./requirement.js";

/** What to check. */
export interface OwnEnvironmentOptions {
  readonly python: PythonInterpreter;
  readonly serverBridge: string;
  readonly extras: readonly string[];
  readonly variables: NodeJS.ProcessEnv;
}

/** Asks for versions without importing the packages: torch alone takes seconds to import. */
const askVersions = `
import importlib.metadata, json, sys
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
`;

const versionsResult = z.record(z.string(), z.string().nullable());

/** Throws EnvironmentError "environment-incomplete", which lists every package that is missing or out of range. */
export async function checkOwnEnvironment(options: OwnEnvironmentOptions): Promise<void> {
  const { python, serverBridge, extras, variables } = options;
  const { requirements, constraintsFile } = await readRequirements(serverBridge, extras);
  const names = requirements.map(({ name }) => name);
  const { stdout } = await execa(python.executable, ["-c", askVersions, ...names], {
    env: variables,
    extendEnv: false,
  });
  const versions = versionsResult.parse(JSON.parse(stdout));
  const unmet = requirements.filter((requirement) => {
    const version = versions[requirement.name];
    return typeof version !== "string" || !meets(version, requirement);
  });
  if (unmet.length === 0) return;
  throw new EnvironmentError({
    code: "environment-incomplete",
    what: `The Python environment of ${python.executable} lacks what midblock's sidecar needs.`,
    faults: unmet.map((requirement) => describe(requirement, versions[requirement.name] ?? undefined)),
    nextStep: `${installCommand(python, unmet)}. Tested versions stand in ${constraintsFile}. Without MIDBLOCK_PYTHON (or the option python) midblock makes an environment of its own.`,
  });
}

function describe({ name, range }: Requirement, version: string | undefined): Fault {
  const wanted = range === "" ? "any version" : range;
  return version === undefined
    ? { where: name, problem: "is not installed", wanted, check: "missing" }
    : { where: name, problem: "has a version out of range", found: version, wanted, check: "out-of-range" };
}

function installCommand(python: PythonInterpreter, unmet: readonly Requirement[]): string {
  return `${python.executable} -m pip install ${unmet.map(({ text }) => `"${text}"`).join(" ")}`;
}
