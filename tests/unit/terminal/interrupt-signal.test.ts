/** A program of its own for each case, since it is the process's signals that are tested. */
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { execa } from "execa";

const source = fileURLToPath(new URL("../../../sdk/src/terminal/interrupt-signal.ts", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A program that is interrupted at once, and again so many milliseconds later by its own clock; it ends with code 7. */
function interruptedTwice(apartMilliseconds: number) {
  const program = `
    import { interruptSignal } from ${JSON.stringify(source)};
    let time = 1000;
    performance.now = () => time;
    const signal = interruptSignal();
    process.emit("SIGINT");
    console.log(signal.aborted ? "aborted" : "not aborted");
    time += ${apartMilliseconds};
    process.emit("SIGINT");
    process.exit(7);
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", program];
  return execa(process.execPath, args, { cwd: root, reject: false });
}

test("the first interrupt aborts the signal, says so, and leaves the end to the program", async () => {
  const { exitCode, stdout, stderr } = await interruptedTwice(20);
  expect(stdout).toBe("aborted");
  expect(stderr).toContain("Ctrl-C again ends at once");
  expect(exitCode).toBe(7); // The second one, so soon after, is the same Ctrl-C passed on by a launcher.
});

test("a later interrupt ends the program at once", async () => {
  const { exitCode, stdout } = await interruptedTwice(900);
  expect(stdout).toBe("aborted");
  expect(exitCode).toBe(130);
});
