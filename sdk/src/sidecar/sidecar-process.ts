/** Runs the sidecar's process: what it says as typed values, its last lines, its end, and how to stop it. */
import { once } from "node:events";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { type LogEvent, LogTail, readLogLine } from "./log.js";
import { type FatalStatement, type ReadyStatement, readStatement } from "./statement.js";

/** How a sidecar ended. */
export interface SidecarExit {
  readonly exitCode: number | undefined;
  /** Such as "SIGKILL". */
  readonly signal: string | undefined;
  /** Whether this side stopped it. */
  readonly requested: boolean;
  /** Why it gave up, where it said so. */
  readonly fatal: FatalStatement | undefined;
  /** Its last lines, oldest first. */
  readonly logTail: readonly string[];
}

/** A command with its variables. */
export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly variables: NodeJS.ProcessEnv;
}

/** Lines kept for error messages. */
const keptLines = 40;
/** A grandchild can hold the pipes open after the sidecar died; its death is told after this wait all the same. */
const longestDrainMilliseconds = 500;

/** A running sidecar process. Its standard input stays open for as long as it is wanted: it stops at the end of it. */
export class SidecarProcess {
  /** The first statement it makes; stays pending when it makes none. */
  readonly stated: Promise<ReadyStatement | FatalStatement>;
  /** Never rejects. */
  readonly exited: Promise<SidecarExit>;
  readonly #subprocess;
  readonly #tail = new LogTail(keptLines);
  #fatal: FatalStatement | undefined;
  #requested = false;

  constructor(command: ProcessCommand, onLog?: (event: LogEvent) => void) {
    this.#subprocess = execa(command.file, command.args, {
      env: command.variables,
      extendEnv: false,
      reject: false,
      buffer: false,
      cleanup: false, // It stops by itself when its input ends, and then saves what it does.
      detached: process.platform !== "win32", // Ctrl-C in a terminal reaches the SDK alone, which ends it in order.
    });
    const { stdout, stderr } = this.#subprocess;
    const log = (line: string) => {
      const event = readLogLine(line);
      this.#tail.add(event);
      onLog?.(event);
    };
    const drained = Promise.all([closed(stdout), closed(stderr)]);
    createInterface({ input: stderr }).on("line", log);
    this.stated = new Promise((resolve) => {
      createInterface({ input: stdout }).on("line", (line) => {
        const statement = readStatement(line);
        if (statement === undefined) return log(line);
        if (statement.event === "fatal") this.#fatal = statement;
        resolve(statement);
      });
    });
    this.exited = this.#watchExit(drained);
  }

  /** Lets Node end although the sidecar lives; the sidecar then stops by itself. */
  unref(): void {
    this.#subprocess.unref();
    for (const stream of [this.#subprocess.stdin, this.#subprocess.stdout, this.#subprocess.stderr]) {
      if (stream instanceof Socket) stream.unref();
    }
  }

  /** Ends its input, which asks it to stop in order, and kills it when it lives on after the grace. */
  async stop(graceMilliseconds: number): Promise<SidecarExit> {
    this.#requested = true;
    this.#subprocess.ref();
    this.#subprocess.stdin.end();
    const timer = setTimeout(() => this.#subprocess.kill("SIGKILL"), graceMilliseconds);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  async #watchExit(drained: Promise<unknown>): Promise<SidecarExit> {
    const exit = new Promise<{ exitCode: number | undefined; signal: string | undefined }>((resolve) => {
      this.#subprocess.once("exit", (code, signal) => {
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
      });
      this.#subprocess.then(({ exitCode, signal, originalMessage }) => {
        // Only a command that could not be run comes here first.
        if (originalMessage) this.#tail.add(readLogLine(originalMessage));
        resolve({ exitCode, signal });
      });
    });
    const { exitCode, signal } = await exit;
    await Promise.race([drained, delay(longestDrainMilliseconds, undefined, { ref: false })]);
    return { exitCode, signal, requested: this.#requested, fatal: this.#fatal, logTail: this.#tail.lines() };
  }
}

async function closed(stream: Readable): Promise<void> {
  await once(stream, "close");
}
