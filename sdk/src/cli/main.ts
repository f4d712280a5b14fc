#!/usr/bin/env node
/** The `midblock` command. */
import { interruptSignal, terminalProgress } from "../index.js";
import { runCommand } from "./run-command.js";

process.exitCode = await runCommand(process.argv.slice(2), {
  output: process.stdout,
  errors: process.stderr,
  onProgress: terminalProgress({ output: process.stderr }).launch,
  colour: process.stdout.isTTY && !process.env["NO_COLOR"],
  signal: interruptSignal(),
});
