/** `midblock data`: look at data and check it, with the code that `client.finetune` prepares it with. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { type Dataset, dataset, describeDataSummary, MidblockError, type PreparedDataset } from "../index.js";
import { describeFaultyData } from "./faulty-data.js";
import { openModel } from "./open-model.js";
import {
  fileOptions,
  type PreparationFlags,
  preparationOptions,
  wholeNumber,
  withPreparation,
} from "./preparation-flags.js";
import type { Surroundings } from "./surroundings.js";

interface PreviewFlags extends PreparationFlags {
  readonly rows: number;
  readonly html?: string;
}

/** Adds the commands to the program. */
export function addDataCommands(program: Command, surroundings: Surroundings): void {
  const data = program.command("data").description("look at training data and check it, before any weight moves");
  withPreparation(data.command("preview"))
    .description("show the first examples token by token: trained, context, template")
    .option("--rows <count>", "examples to show", wholeNumber, 3)
    .option("--html <file>", "write one HTML page instead")
    .action((files: readonly string[], flags: PreviewFlags) => preview(files, flags, surroundings));
  withPreparation(data.command("check"))
    .description("read every row, tell all faults with their places, and the figures of the data")
    .action((files: readonly string[], flags: PreparationFlags) => check(files, flags, surroundings));
}

async function preview(files: readonly string[], flags: PreviewFlags, surroundings: Surroundings): Promise<void> {
  const { rows, html } = flags;
  const data = dataset(files, fileOptions(flags)).take(rows);
  const shown = (await prepare(data, flags, surroundings)).preview(rows);
  if (html === undefined) {
    surroundings.output.write(`${shown.toString({ colour: surroundings.colour })}\n`);
  } else {
    await writeFile(html, shown.toHtml(`Preview of ${files.join(", ")}`));
    surroundings.errors.write(`Written: ${html}\n`);
  }
}

async function check(files: readonly string[], flags: PreparationFlags, surroundings: Surroundings): Promise<void> {
  try {
    const prepared = await prepare(dataset(files, fileOptions(flags)), flags, surroundings);
    surroundings.output.write(`${describeDataSummary(prepared.summary())}\n`);
  } catch (error) {
    if (MidblockError.isInstance(error)) surroundings.output.write(describeFaultyData(error));
    throw error;
  }
}

async function prepare(data: Dataset, flags: PreparationFlags, surroundings: Surroundings): Promise<PreparedDataset> {
  const model = await openModel(flags.model, surroundings);
  return data.prepare(model, { ...preparationOptions(flags), signal: surroundings.signal });
}
