import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { EnvironmentError } from "../../../sdk/src/errors.js";
import { prepareEnvironment } from "../../../sdk/src/sidecar/environment.js";
import { removeFolder, temporaryFolder, writeServerBridge } from "./support/fake-server-bridge.js";

let folder: string;
let serverBridge: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  serverBridge = await writeServerBridge(folder, {
    dependencies: ["midblock-alpha>=2.6", "midblock_beta>=1,<2", "midblock-gamma"],
  });
});
afterAll(() => removeFolder(folder));

/** Variables under which the bare Python sees packages of these versions. */
async function withPackages(versions: Record<string, string>): Promise<NodeJS.ProcessEnv> {
  const place = join(folder, `packages-${Math.random()}`);
  for (const [name, version] of Object.entries(versions)) {
    const information = join(place, `${name.replaceAll("-", "_")}-${version}.dist-info`);
    await mkdir(information, { recursive: true });
    await writeFile(join(information, "METADATA"), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  }
  return { PATH: process.env["PATH"], PYTHONPATH: place, MIDBLOCK_PYTHON: "python3" };
}

test("an interpreter that has the packages is taken as it is", async () => {
  const variables = await withPackages({
    "midblock-alpha": "2.13.0+cpu",
    "midblock-beta": "1.9",
    "midblock-gamma": "0.1",
  });
  const environment = await prepareEnvironment({ serverBridge, variables });
  expect(environment.kind).toBe("own");
  expect(environment.python).toMatch(/python/);
});

test("all that is missing or out of range is listed at once, with the command that mends it", async () => {
  const variables = await withPackages({ "midblock-alpha": "2.13.0", "midblock-beta": "2.0" });
  const error = await prepareEnvironment({ serverBridge, variables }).catch((reason: unknown) => reason);
  if (!(error instanceof EnvironmentError)) throw new Error(`wanted an EnvironmentError, found ${String(error)}`);
  expect(error.code).toBe("environment-incomplete");
  expect(error.faults).toEqual([
    { where: "midblock_beta", problem: expect.any(String), found: "2.0", wanted: ">=1,<2", check: "out-of-range" },
    { where: "midblock-gamma", problem: expect.any(String), wanted: "any version", check: "missing" },
  ]);
  expect(error.nextStep).toContain('-m pip install "midblock_beta>=1,<2" "midblock-gamma"');
});

test("the option python goes before MIDBLOCK_PYTHON", async () => {
  const variables = { ...(await withPackages({})), MIDBLOCK_PYTHON: "python3" };
  await expect(prepareEnvironment({ serverBridge, variables, python: "/no/python" })).rejects.toMatchObject({
    code: "python-not-found",
    found: expect.stringContaining("/no/python (option python)"),
  });
});

test("the option basePython goes before MIDBLOCK_PYTHON", async () => {
  const variables = await withPackages({});
  await expect(prepareEnvironment({ serverBridge, variables, basePython: "/no/base" })).rejects.toMatchObject({
    code: "python-not-found",
    found: expect.stringContaining("/no/base (option basePython)"),
  });
});
