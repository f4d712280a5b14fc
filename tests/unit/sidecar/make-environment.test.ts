import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execa } from "execa";
import { removeFolder, temporaryFolder } from "./support/fake-server-bridge.js";

const maker = fileURLToPath(new URL("../../../server-bridge/make_environment.py", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

test("the step under way ends with whoever started the making, and so does the lock", async () => {
  const program = "import time; print('started', flush=True); time.sleep(3600)";
  const plan = {
    lock: join(folder, "lock"),
    folder: join(folder, "environment"),
    python: join(folder, "environment", "python"),
    marker: join(folder, "environment", "complete.json"),
    markerText: "{}",
    steps: [{ stage: "create", command: ["python3", "-c", program] }],
  };
  const making = execa("python3", [maker, JSON.stringify(plan)], { reject: false, buffer: false });
  let output = "";
  making.stdout.on("data", (data: Buffer) => {
    output += data.toString();
    if (output.includes("started")) making.stdin.end(); // As when the process at the other end is killed.
  });
  await once(making.stdout, "close"); // The step holds this pipe too, so it has ended.
  const tryLock = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)";
  await execa("python3", ["-c", tryLock, plan.lock]);
  expect((await making).exitCode).not.toBe(0);
});
