/** Starts a sidecar on this machine and hands it over once it accepts calls. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, type MidblockError } from "../errors.js";
import { childVariables } from "./child-variables.js";
import { makeEndpoint } from "./endpoint.js";
import { type EnvironmentOptions, type PythonEnvironment, prepareEnvironment } from "./environment.js";
import { defaultCacheFolder, defaultStateFolder, makeFolder, ownSurroundings } from "./folders.js";
import type { LogEvent } from "./log.js";
import { serverBridgeFolder } from "./server-bridge.js";
import { notReady, startFailed } from "./sidecar-error.js";
import { type SidecarExit, SidecarProcess } from "./sidecar-process.js";
import type { ReadyStatement } from "./statement.js";

/** What to start, and where; see EnvironmentOptions for the choice of Python. */
export interface LaunchOptions extends Omit<EnvironmentOptions, "extras"> {
  /** Built-in name, folder, GGUF file or hub id. */
  readonly model: string;
  /** "auto" (default), "cpu", "cuda", "cuda:1", "mps". */
  readonly device?: string | undefined;
  /** "auto" (default), "float32", "bfloat16", "float16". */
  readonly dtype?: string | undefined;
  /** "none" (default) or "nf4", for which the environment is made or checked with the extra that has bitsandbytes. */
  readonly quantization?: string | undefined;
  /** Threads torch computes with; 0 (default) leaves its own choice. */
  readonly threads?: number | undefined;
  /** Most tokens in one sequence; 0 (default): the model's context length. */
  readonly maxSequenceTokens?: number | undefined;
  /** Where the record of runs and their checkpoints are kept; see defaultStateFolder. */
  readonly stateFolder?: string | undefined;
  /** Longest wait for the ready line, in milliseconds; 300,000 by default. Importing torch may be slow at first. */
  readonly startTimeoutMilliseconds?: number | undefined;
  readonly onLog?: ((event: LogEvent) => void) | undefined;
}

/** A sidecar that accepts calls. It is this process's child, and ends with it. */
export interface Sidecar {
  /** gRPC target: "unix:/path" or "127.0.0.1:port". */
  readonly address: string;
  /** The token that every call must carry. */
  readonly token: string;
  readonly processId: number;
  readonly protocolVersion: number;
  readonly environment: PythonEnvironment;
  /** Settles when the process ends, whoever ended it; never rejects. */
  readonly exited: Promise<SidecarExit>;
  /** Asks it to stop in order, kills it after the grace (10 s by default), and clears up. May be called again. */
  stop(graceMilliseconds?: number): Promise<SidecarExit>;
}

/** The extra of the sidecar's packages that holds weights in 4 bits. */
const quantizationExtra = "cuda";
const defaultStartTimeoutMilliseconds = 300_000;
const defaultGraceMilliseconds = 10_000;

/**
 * Prepares the Python environment, starts the sidecar and waits for its ready line. The model may still be loading then.
 *
 * @throws EnvironmentError when there is no usable Python; ModelError or SidecarError with the last log lines when the
 * sidecar gives up, dies or stays silent; CancelledError when the signal stops the launch. No process is left then.
 */
export async function launchSidecar(options: LaunchOptions): Promise<Sidecar> {
  if (options.signal?.aborted) throw launchCancelled();
  const extras = (options.quantization ?? "none") === "none" ? [] : [quantizationExtra];
  const environment = await prepareEnvironment({ ...options, extras });
  const folders = await makeFolders(options);
  const token = randomBytes(32).toString("hex");
  const endpoint = await makeEndpoint();
  const child = startChild(options, environment, serveArguments(options, folders, endpoint.listen), token);
  const stop = async (graceMilliseconds = defaultGraceMilliseconds): Promise<SidecarExit> => {
    const exit = await child.stop(graceMilliseconds);
    await endpoint.release();
    return exit;
  };
  const outcome = await firstOutcome(child, options);
  if (typeof outcome === "object") {
    child.unref();
    const { address, pid, protocol_version: protocolVersion } = outcome;
    return { address, token, processId: pid, protocolVersion, environment, exited: child.exited, stop };
  }
  throw launchError(outcome, await stop(outcome === "fatal" ? defaultGraceMilliseconds : 0));
}

/** Folders that the sidecar writes to. */
interface SidecarFolders {
  readonly cache: string;
  readonly state: string;
}

async function makeFolders({ cacheFolder, stateFolder, variables }: LaunchOptions): Promise<SidecarFolders> {
  const surroundings = { ...ownSurroundings(), variables: variables ?? process.env };
  const cache = resolve(cacheFolder ?? defaultCacheFolder(surroundings), "models");
  const state = resolve(stateFolder ?? defaultStateFolder(surroundings));
  await makeFolder(cache, "MIDBLOCK_CACHE");
  await makeFolder(state, "MIDBLOCK_STATE");
  return { cache, state };
}

function serveArguments(options: LaunchOptions, folders: SidecarFolders, listen: string): string[] {
  return [
    `--model=${options.model}`,
    `--cache-folder=${folders.cache}`,
    `--state-folder=${folders.state}`,
    `--listen=${listen}`,
    `--device=${options.device ?? "auto"}`,
    `--dtype=${options.dtype ?? "auto"}`,
    `--quantization=${options.quantization ?? "none"}`,
    `--threads=${options.threads ?? 0}`,
    `--max-sequence-tokens=${options.maxSequenceTokens ?? 0}`,
    "--stop-with-parent",
  ];
}

function startChild(options: LaunchOptions, { python, kind }: PythonEnvironment, args: string[], token: string) {
  const variables = childVariables({
    variables: options.variables ?? process.env,
    kind,
    serverBridge: options.serverBridge ?? serverBridgeFolder(),
    token,
    platform: process.platform,
  });
  return new SidecarProcess(
    { file: python, args: ["-m", "midblock_server", "serve", ...args], variables },
    options.onLog,
  );
}

/** What ended the wait for the ready line, where that did not come. */
type StartFailure = "fatal" | "exited" | "timeout" | "cancelled";

async function firstOutcome(child: SidecarProcess, options: LaunchOptions): Promise<ReadyStatement | StartFailure> {
  const timeoutMilliseconds = options.startTimeoutMilliseconds ?? defaultStartTimeoutMilliseconds;
  const waiting = new AbortController();
  try {
    return await Promise.race([
      child.stated.then((statement) => (statement.event === "ready" ? statement : "fatal")),
      child.exited.then(() => "exited" as const),
      delay(timeoutMilliseconds, "timeout" as const, { signal: waiting.signal }),
      cancelled(options.signal, waiting.signal),
    ]);
  } finally {
    waiting.abort();
  }
}

async function cancelled(signal: AbortSignal | undefined, waiting: AbortSignal): Promise<"cancelled"> {
  if (signal === undefined) return new Promise(() => {});
  if (!signal.aborted) await once(signal, "abort", { signal: waiting });
  return "cancelled";
}

function launchError(failure: StartFailure, exit: SidecarExit): MidblockError {
  switch (failure) {
    case "cancelled":
      return launchCancelled();
    case "timeout":
      return notReady(exit);
    default:
      return startFailed(exit);
  }
}

function launchCancelled(): CancelledError {
  return new CancelledError({ code: "cancelled", what: "Launching the sidecar was stopped." });
}
