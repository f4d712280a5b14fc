/** Starts the real sidecar for a test, with the tiny model, as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { testPython, tinyModelFolder } from "./tiny-model.js";

/** What a test may choose; the rest is a server on loopback at a port that the system chooses, on one thread. */
export interface TestSidecarOptions {
  /** "127.0.0.1:0" by default. */
  readonly listen?: string;
  /** Folder of an earlier sidecar, to go on with its runs. */
  readonly folder?: string;
  /** Further arguments of `midblock_server serve`. */
  readonly arguments?: readonly string[];
}

/** A sidecar that listens. Its model may still be loading. */
export interface TestSidecar {
  readonly address: string;
  readonly token: string;
  /** A folder of its own, removed by stop. */
  readonly folder: string;
  readonly process: ChildProcess;
  /** Ends it in order by closing its standard input, and removes its folder. */
  stop(): Promise<void>;
}

const serverBridge = fileURLToPath(new URL("../../server-bridge", import.meta.url));
const token = "token-of-the-tests";

/** Starts one and waits for its ready line. Throws what it printed when it ends before. */
export async function startTestSidecar(options: TestSidecarOptions = {}): Promise<TestSidecar> {
  const model = await tinyModelFolder();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "midblock-test-sidecar-")));
  const child = spawn(testPython(), serveArguments(model, folder, options), {
    env: { ...process.env, PYTHONPATH: serverBridge, PYTHONDONTWRITEBYTECODE: "1", MIDBLOCK_TOKEN: token },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const stop = async () => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await exited;
    await rm(folder, { recursive: true, force: true });
  };
  let printed = "";
  child.stderr.on("data", (text: Buffer) => {
    printed += text;
  });
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = addressOf(line);
      if (address === undefined) printed += `${line}\n`;
      else resolve(address);
    });
  });
  const address = await Promise.race([ready, exited.then(() => undefined)]);
  if (address === undefined) {
    await stop();
    throw new Error(`the sidecar ended before it was ready:\n${printed}`);
  }
  return { address, token, folder, process: child, stop };
}

function serveArguments(model: string, folder: string, options: TestSidecarOptions): string[] {
  const settings = ["--model", model, "--state-folder", join(folder, "state"), "--cache-folder", join(folder, "cache")];
  const device = ["--device", "cpu", "--dtype", "float32", "--threads", "1"];
  const listen = ["--listen", options.listen ?? "127.0.0.1:0", "--stop-with-parent"];
  return ["-m", "midblock_server", "serve", ...settings, ...device, ...listen, ...(options.arguments ?? [])];
}

function addressOf(line: string): string | undefined {
  const statement: unknown = line.startsWith("{") ? JSON.parse(line) : undefined;
  const isReady = typeof statement === "object" && statement !== null && "event" in statement && "address" in statement;
  return isReady && statement.event === "ready" ? String(statement.address) : undefined;
}
