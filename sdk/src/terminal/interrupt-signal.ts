/** Ctrl-C as an AbortSignal: the first asks for an orderly end, another one ends at once. */

/** A launcher between terminal and program may pass on the Ctrl-C that the program got already; that is not a second one. */
const sameInterruptMilliseconds = 500;

/** What is told at the first Ctrl-C. The empty line after it is there for a progress line to be drawn over. */
const notice = "\nStopping in order, with a checkpoint if training; Ctrl-C again ends at once.\n\n";

/**
 * A signal to pass to `launch` and `finetune`. It aborts at the first SIGINT, which is told on `output` (standard error by
 * default); a second SIGINT ends the process with code 130, and the sidecar with it. Call it once a program.
 */
export function interruptSignal({
  output = process.stderr,
}: {
  readonly output?: NodeJS.WritableStream;
} = {}): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  process.on("SIGINT", () => {
    const now = performance.now();
    if (firstAt !== undefined && now - firstAt > sameInterruptMilliseconds) process.exit(130);
    if (firstAt !== undefined) return;
    firstAt = now;
    output.write(notice);
    controller.abort();
  });
  return controller.signal;
}
