import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { execa } from "execa";
import { programStart, removeFolder, temporaryFolder, writeServerBridge } from "./support/fake-server-bridge.js";

jest.setTimeout(60_000);

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

/** Starts a program that launches a sidecar which lets go of a lock when it ends. */
async function startProgram(ending: "wait" | "return") {
  const lock = join(folder, "alive.lock");
  const program = `${programStart}
import fcntl
alive = open(${JSON.stringify(lock)}, "w")
fcntl.flock(alive, fcntl.LOCK_EX)
ready()
sys.stdin.read()
`;
  const options = {
    model: "tiny",
    python: "python3",
    serverBridge: await writeServerBridge(folder, { program }),
    cacheFolder: join(folder, "cache"),
    stateFolder: join(folder, "state"),
  };
  const script = fileURLToPath(new URL("./support/launching-program.ts", import.meta.url));
  const launcher = execa(process.execPath, ["--import", "tsx", script, JSON.stringify(options), ending], {
    reject: false,
    buffer: false,
    stderr: "inherit",
    env: { TMPDIR: folder }, // A killed program can't remove its socket's folder.
  });
  const [line] = await once(createInterface({ input: launcher.stdout }), "line");
  return { launcher, lock, sidecar: JSON.parse(String(line)) };
}

/** Waits until the sidecar has ended: only then is its lock free. */
async function sidecarEnded(lock: string): Promise<void> {
  await execa("python3", ["-c", "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX)", lock]);
}

test("a killed program leaves no sidecar", async () => {
  const { launcher, lock, sidecar } = await startProgram("wait");
  expect(() => process.kill(sidecar.processId, 0)).not.toThrow();
  launcher.kill("SIGKILL");
  expect((await launcher).signal).toBe("SIGKILL");
  await sidecarEnded(lock);
});

test("a program that forgets to stop its sidecar ends all the same, and leaves neither process nor socket", async () => {
  const { launcher, lock, sidecar } = await startProgram("return");
  expect((await launcher).exitCode).toBe(0);
  await sidecarEnded(lock);
  expect(existsSync(sidecar.address.replace(/^unix:/, "").replace(/\/[^/]*$/, ""))).toBe(false);
});
