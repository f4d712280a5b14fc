/** Runs one command line and tells how it went by an exit code. */
import { Command, CommanderError } from "commander";
import { CancelledError, MidblockError, OptionsError, packageVersion } from "../index.js";
import { addDataCommands } from "./data-commands.js";
import type { Surroundings } from "./surroundings.js";

/** 0: done. 1: the data is at fault, or something failed. 2: the command line is wrong. 130: stopped by Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130;

const helpLine = "(add --help for what there is)";

/** Runs the command that the arguments name. Nothing is thrown: errors are told with what to do next, never as a stack. */
export async function runCommand(commandLine: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { output, errors } = surroundings;
  const program = new Command("midblock")
    .description("Fine-tune the middle of a language model, and prove that it forgot nothing.")
    .version(packageVersion)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.write(text), writeErr: (text) => errors.write(text) })
    .showHelpAfterError(helpLine);
  addDataCommands(program, surroundings);
  try {
    await program.parseAsync(commandLine, { from: "user" });
    return 0;
  } catch (error) {
    // commander has told of it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    errors.write(`${describe(error)}\n`);
    if (error instanceof CancelledError) return 130;
    if (!(error instanceof OptionsError)) return 1;
    errors.write(`${helpLine}\n`);
    return 2;
  }
}

function describe(error: unknown): string {
  if (MidblockError.isInstance(error)) return error.message;
  const found = error instanceof Error ? error.message : String(error);
  return `midblock met an error that it does not know.\n  found:  ${found}\n  next:   report it with the command line and this text`;
}
