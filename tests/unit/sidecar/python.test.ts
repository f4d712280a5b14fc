import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { EnvironmentError } from "../../../sdk/src/errors.js";
import { findPython, usualPythons } from "../../../sdk/src/sidecar/python.js";
import { removeFolder, temporaryFolder } from "./support/fake-server-bridge.js";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

/** Writes a program that answers to a Python's name; returns the folder it is in. */
async function answering(name: string, answer: object | string): Promise<string> {
  const place = join(folder, `${name}-${Math.random()}`);
  await mkdir(place);
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  await writeFile(join(place, name), `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`);
  await chmod(join(place, name), 0o755);
  return place;
}

const fact = (version: string, makesEnvironments = true) => ({
  executable: `/opt/${version}/python`,
  version,
  platform: "linux-x86_64",
  makesEnvironments,
});
const pathOf = (...places: string[]) => ({ PATH: [...places, "/bin", "/usr/bin"].join(delimiter) });
const named = (...names: string[]) => names.map((name) => ({ command: [name] as const, namedBy: "PATH" }));

async function failure(search: Promise<unknown>): Promise<EnvironmentError> {
  const error = await search.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EnvironmentError)) throw new Error(`wanted an EnvironmentError, found ${String(error)}`);
  return error;
}

describe("findPython", () => {
  test("finds the machine's real Python under the usual names", async () => {
    const python = await findPython(usualPythons());
    expect(python.version).toMatch(/^3\.\d+\.\d+$/);
    expect(python.executable).toMatch(/^\//);
  });

  test("goes past names that are missing, that fail, that are no Python and that are too old", async () => {
    const path = pathOf(
      await answering("python3.12", "hello"),
      await answering("python3.11", fact("2.7.18")),
      await answering("python3.10", fact("3.10.2")),
    );
    const python = await findPython(
      named("python3.13-is-not-here", "python3.12", "false", "python3.11", "python3.10"),
      path,
    );
    expect(python.version).toBe("3.10.2");
  });

  test("prefers a Python that can make environments, but takes one that can't when it is the only one", async () => {
    const crippled = await answering("a-python", fact("3.13.1", false));
    const whole = await answering("b-python", fact("3.11.0"));
    expect((await findPython(named("a-python", "b-python"), pathOf(crippled, whole))).version).toBe("3.11.0");
    expect((await findPython(named("a-python"), pathOf(crippled))).makesEnvironments).toBe(false);
  });

  test("tells what it tried and how to install where there is none", async () => {
    const candidates = [...named("pythonX"), { command: ["/no/python"] as const, namedBy: "MIDBLOCK_BASE_PYTHON" }];
    const error = await failure(findPython(candidates, { PATH: folder }));
    expect(error.code).toBe("python-not-found");
    expect(error.found).toContain("pythonX, /no/python (MIDBLOCK_BASE_PYTHON)");
    expect(error.wanted).toContain("3.10");
    expect(error.nextStep).toMatch(/install/i);
  });

  test("tells found and wanted where all are too old", async () => {
    const error = await failure(findPython(named("old-python"), pathOf(await answering("old-python", fact("3.9.18")))));
    expect(error.code).toBe("python-too-old");
    expect(error.found).toContain("3.9.18 (/opt/3.9.18/python)");
    expect(error.wanted).toContain("3.10");
  });
});

test("usualPythons goes from new to old, and knows Windows's launcher", () => {
  const names = usualPythons("linux").map(({ command }) => command.join(" "));
  expect(names).toEqual(["python3.13", "python3.12", "python3.11", "python3.10", "python3", "python"]);
  expect(usualPythons("win32").at(-1)?.command).toEqual(["py", "-3"]);
});
