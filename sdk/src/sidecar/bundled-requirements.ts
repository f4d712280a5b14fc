/** Reads what the sidecar needs from the pyproject.toml and constraints.txt that come with the package. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { parseRequirement, type Requirement } from "./requirement.js";

/** What an environment must contain. */
export interface BundledRequirements {
  readonly requirements: readonly Requirement[];
  readonly constraintsFile: string;
  /** Content of the constraints file. */
  readonly constraints: string;
}

const pyproject = z.object({
  project: z.object({
    dependencies: z.array(z.string()),
    "optional-dependencies": z.record(z.string(), z.array(z.string())),
  }),
});

/** Reads the requirements, with those of the named extras. */
export async function readRequirements(folder: string, extras: readonly string[]): Promise<BundledRequirements> {
  const { project } = pyproject.parse(parse(await readFile(join(folder, "pyproject.toml"), "utf8")));
  const optional = extras.flatMap((extra) => {
    const lines = project["optional-dependencies"][extra];
    if (lines === undefined) throw new Error(`pyproject.toml has no extra "${extra}"`);
    return lines;
  });
  const constraintsFile = join(folder, "constraints.txt");
  return {
    requirements: [...project.dependencies, ...optional].map(parseRequirement),
    constraintsFile,
    constraints: await readFile(constraintsFile, "utf8"),
  };
}
