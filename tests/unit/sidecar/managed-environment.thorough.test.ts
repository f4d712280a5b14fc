import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { execa } from "execa";
import { prepareEnvironment } from "../../../sdk/src/sidecar/environment.js";
import type { EnvironmentProgress, EnvironmentStage } from "../../../sdk/src/sidecar/environment-progress.js";
import { removeFolder, temporaryFolder, writeServerBridge } from "./support/fake-server-bridge.js";

jest.setTimeout(120_000); // Each virtual environment takes seconds to make.

let folder: string;
let serverBridge: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  serverBridge = await writeServerBridge(folder, {
    dependencies: ["beta>=1", "torch>=1"],
    constraints: "torch==2.0\nbeta==1.5\n",
  });
});
afterAll(() => removeFolder(folder));

/** A folder of wheels for pip to look in. */
async function wheels(...requirements: string[]): Promise<string> {
  const place = join(folder, `wheels-${Math.random()}`);
  const script = fileURLToPath(new URL("./support/write_wheels.py", import.meta.url));
  await execa("python3", [script, place, ...requirements]);
  return place;
}

function prepare(
  cache: string,
  findLinks: string,
  signal?: AbortSignal,
  seen?: (progress: EnvironmentProgress) => void,
) {
  const progress: EnvironmentProgress[] = [];
  const variables = {
    PATH: process.env["PATH"],
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: findLinks,
    PIP_CONFIG_FILE: devNull,
  };
  const onProgress = (event: EnvironmentProgress) => {
    progress.push(event);
    seen?.(event);
  };
  const environment = prepareEnvironment({
    serverBridge,
    cacheFolder: join(folder, cache),
    variables,
    onProgress,
    signal,
  });
  return { environment, progress };
}

const stagesOf = (progress: readonly EnvironmentProgress[]) =>
  progress.filter(({ action }) => action === undefined).map(({ stage }) => stage);

test("two launches at once make one environment, torch first and at the constrained version; a third finds it ready", async () => {
  const findLinks = await wheels("torch==1.9", "torch==2.0", "torch==2.1", "beta==1.5", "beta==1.6");
  const launches = [prepare("shared", findLinks), prepare("shared", findLinks)];
  const [first, second] = await Promise.all(launches.map(({ environment }) => environment));
  expect(first).toEqual(second);
  expect(first?.kind).toBe("managed");

  const making = launches.flatMap(({ progress }) => progress).filter(({ stage }) => stage !== "waiting");
  expect(stagesOf(making)).toEqual(["create", "install-torch", "install-packages"]);
  const installed = making
    .filter(({ action }) => action === "install")
    .map(({ stage, package: name }) => [stage, name]);
  expect(installed).toEqual([
    ["install-torch", "torch"],
    ["install-packages", "beta"],
  ]);
  const { stdout } = await execa(first?.python ?? "", ["-c", "import torch, beta; print(torch.version, beta.version)"]);
  expect(stdout).toBe("2.0 1.5");

  const ready = prepare("shared", "/no/wheels");
  expect(await ready.environment).toEqual(first);
  expect(ready.progress).toEqual([]);
});

test("a failed install is told with pip's last lines, and the half-made environment is made anew", async () => {
  const failing = prepare("again", await wheels("torch==2.0"));
  const error = await failing.environment.catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "environment-failed",
    nextStep: expect.stringContaining("MIDBLOCK_BASE_PYTHON"),
  });
  expect(error).toMatchObject({ message: expect.stringContaining("beta==1.5") });
  const halfMade = /in (\S+) could not be made/.exec(String(error))?.[1] ?? "";
  expect(existsSync(halfMade)).toBe(true);
  const leftOver = join(halfMade, "left-over");
  await writeFile(leftOver, "");

  const repaired = prepare("again", await wheels("torch==2.0", "beta==1.5"));
  expect(dirname(dirname((await repaired.environment).python))).toBe(halfMade);
  expect(stagesOf(repaired.progress)).toEqual(["create", "install-torch", "install-packages"]);
  expect(existsSync(leftOver)).toBe(false);
});

test("a launch waits for the maker before it, goes on when that one is killed, and stops when it is told to", async () => {
  const stopped = prepareUntil("create", "held");
  await expect(stopped.environment).rejects.toMatchObject({ code: "cancelled" });

  const environments = join(folder, "held", "environments");
  const lock = (await readdir(environments)).find((name) => name.endsWith(".lock")) ?? "";
  const holdLock =
    "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()";
  const holder = execa("python3", ["-c", holdLock, join(environments, lock)], { reject: false, buffer: false });
  await once(holder.stdout, "data");

  const waiting = prepareUntil("create", "held", ({ stage }) => {
    if (stage === "waiting") holder.kill("SIGKILL");
  });
  await expect(waiting.environment).rejects.toMatchObject({ code: "cancelled" });
  expect(stagesOf(waiting.progress)).toEqual(["waiting", "create"]);
});

/** Makes an environment up to a stage, in which it is stopped. */
function prepareUntil(last: EnvironmentStage, cache: string, seen: (progress: EnvironmentProgress) => void = () => {}) {
  const controller = new AbortController();
  return prepare(cache, "/no/wheels", controller.signal, (progress) => {
    seen(progress);
    if (progress.stage === last) controller.abort();
  });
}
