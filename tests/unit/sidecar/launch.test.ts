import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { EnvironmentError, MidblockError, ModelError, SidecarError } from "../../../sdk/src/errors.js";
import { type LaunchOptions, launchSidecar } from "../../../sdk/src/sidecar/launch.js";
import type { LogEvent } from "../../../sdk/src/sidecar/log.js";
import { sidecarExited } from "../../../sdk/src/sidecar/sidecar-error.js";
import {
  obedientProgram,
  programStart,
  removeFolder,
  temporaryFolder,
  writeServerBridge,
} from "./support/fake-server-bridge.js";

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

/** Launches a program in place of the sidecar, on the machine's bare Python. */
async function launch(program: string, options: Partial<LaunchOptions> = {}) {
  const serverBridge = await writeServerBridge(folder, { program });
  const folders = { cacheFolder: join(folder, "cache"), stateFolder: join(folder, "state") };
  return launchSidecar({ model: "tiny", python: "python3", serverBridge, ...folders, ...options });
}

async function launchFailure(program: string, options: Partial<LaunchOptions> = {}): Promise<MidblockError> {
  const outcome = await launch(program, options).catch((reason: unknown) => reason);
  if (outcome instanceof MidblockError) return outcome;
  throw new Error(`wanted a MidblockError, found ${String(outcome)}`);
}

describe("a sidecar that starts", () => {
  test("of a quantised model has the packages for that, or is not started", async () => {
    const failure = await launchFailure(obedientProgram, { quantization: "nf4" });
    expect(failure).toBeInstanceOf(EnvironmentError);
    expect(failure).toMatchObject({ code: "environment-incomplete" });
    expect(failure.message).toContain("nonesuch-kernels");
  });

  test("is told everything, but the token never on its command line", async () => {
    const report = `${programStart}
with open(os.path.join(os.path.dirname(options["state-folder"]), "told.json"), "w") as file:
    json.dump({"arguments": sys.argv[1:], "token": os.environ["MIDBLOCK_TOKEN"]}, file)
ready()
sys.stdin.read()
`;
    const sidecar = await launch(report, { device: "cpu", dtype: "float32", threads: 2, maxSequenceTokens: 64 });
    await sidecar.stop();
    const told = JSON.parse(await readFile(join(folder, "told.json"), "utf8"));
    expect(told.arguments).toEqual([
      "serve",
      "--model=tiny",
      `--cache-folder=${join(folder, "cache", "models")}`,
      `--state-folder=${join(folder, "state")}`,
      `--listen=${sidecar.address}`,
      "--device=cpu",
      "--dtype=float32",
      "--quantization=none",
      "--threads=2",
      "--max-sequence-tokens=64",
      "--stop-with-parent",
    ]);
    expect(told.token).toBe(sidecar.token);
    expect(sidecar.token).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(told.arguments)).not.toContain(sidecar.token);
  });

  test("has its log lines relayed, stops when asked, and leaves nothing behind", async () => {
    const logged: LogEvent[] = [];
    const program = `${programStart}
print("a library prints")
log("info", "loading", part="weights")
ready()
sys.stdin.read()
log("info", "input ended")
`;
    const sidecar = await launch(program, { onLog: (event) => logged.push(event) });
    const socketFolder = sidecar.address.replace(/^unix:/, "").replace(/\/[^/]*$/, "");
    expect(existsSync(socketFolder)).toBe(true);

    const exit = await sidecar.stop();
    expect(exit).toMatchObject({ exitCode: 0, signal: undefined, requested: true });
    expect(await sidecar.exited).toEqual(exit);
    expect(await sidecar.stop()).toEqual(exit);
    expect(existsSync(socketFolder)).toBe(false);
    expect(logged).toContainEqual(expect.objectContaining({ level: "raw", message: "a library prints" }));
    expect(logged).toContainEqual(
      expect.objectContaining({ level: "info", message: "loading", fields: { part: "weights" } }),
    );
    expect(exit.logTail.at(-1)).toBe("info: input ended");
  });

  test("is killed when it does not stop in the time it is given", async () => {
    const sidecar = await launch(`${programStart}\nready()\nwhile True:\n    signal.pause()\n`);
    expect(await sidecar.stop(1)).toMatchObject({ signal: "SIGKILL", requested: true });
  });

  test("tells its death at once, with the last lines", async () => {
    const dying = `${programStart}
ready()
for number in range(100):
    log("error", f"line {number}")
os.kill(os.getpid(), signal.SIGKILL)
`;
    const sidecar = await launch(dying);
    const exit = await sidecar.exited;
    expect(exit).toMatchObject({ signal: "SIGKILL", requested: false });
    expect(exit.logTail).toHaveLength(40);
    expect(exit.logTail.at(-1)).toBe("error: line 99");
    const error = sidecarExited(exit);
    expect(error).toBeInstanceOf(SidecarError);
    expect(error).toMatchObject({ code: "sidecar-exited", logTail: exit.logTail });
    expect(error.message).toContain("SIGKILL");
    expect(error.message).toContain("line 99");
    await sidecar.stop();
  });
});

describe("a sidecar that does not start", () => {
  test("by dying gives its exit code and last lines", async () => {
    const error = await launchFailure("raise ImportError('no module named torch')");
    expect(error.code).toBe("sidecar-start-failed");
    expect(error.message).toContain("exit code 1");
    expect(error.message).toContain("ImportError: no module named torch");
  });

  test("by giving up gives its own reason, typed", async () => {
    const reason = { code: "model-load-failed", message: "No such model", found: "tiny", next_step: "Try another" };
    const error = await launchFailure(
      `${programStart}\nsay(event="fatal", error=${JSON.stringify(reason)})\nsys.exit(1)\n`,
    );
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: "model-load-failed", found: "tiny", nextStep: "Try another" });
  });

  test("by printing garbage and ending gives the garbage", async () => {
    const error = await launchFailure("print('ready!')\nprint('{\"event\": \"ready\"}')\n");
    expect(error.code).toBe("sidecar-start-failed");
    expect(error.message).toContain("exit code 0");
    expect(error.message).toContain("ready!");
  });

  test("by staying silent is stopped after the timeout", async () => {
    const error = await launchFailure("import sys\nsys.stdin.read()\n", { startTimeoutMilliseconds: 1 });
    expect(error.code).toBe("sidecar-start-failed");
    expect(error.nextStep).toContain("startTimeoutMilliseconds");
  });

  test("because it is told to stop gives CancelledError, and leaves no process", async () => {
    const controller = new AbortController();
    let processId = 0;
    const onLog = ({ fields }: LogEvent) => {
      processId = Number(fields["pid"]);
      controller.abort();
    };
    const program = `${programStart}\nlog("info", "here", pid=os.getpid())\nsys.stdin.read()\n`;
    const error = await launchFailure(program, { onLog, signal: controller.signal });
    expect(error.code).toBe("cancelled");
    expect(() => process.kill(processId, 0)).toThrow("ESRCH");
  });

  test("after an abort is not even started", async () => {
    const error = await launchFailure(obedientProgram, { signal: AbortSignal.abort() });
    expect(error.code).toBe("cancelled");
    expect(existsSync(join(folder, "cache"))).toBe(false);
  });

  test("for want of a folder to write to names the variable that moves it", async () => {
    await writeFile(join(folder, "file"), "");
    const error = await launchFailure(obedientProgram, { stateFolder: join(folder, "file", "state") });
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toContain(join(folder, "file", "state"));
    expect(error.nextStep).toContain("MIDBLOCK_STATE");
  });
});
