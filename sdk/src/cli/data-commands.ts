/** `midblock data`: look at data and check it, with the code that `client.finetune` prepares it with. */
import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Dataset, dataset, describeDataSummary, type PreparationOptions, type PreparedDataset } from "../index.js";
import { openModel } from "./open-model.js";
import type { Surroundings } from "./surroundings.js";

interface PreparationFlags {
  readonly model: string;
  readonly maxTokens?: number;
  readonly tooLong: TooLong;
}

interface PreviewFlags extends PreparationFlags {
  readonly rows: number;
  readonly html?: string;
}

type TooLong = NonNullable<PreparationOptions["tooLong"]>;

const tooLong: readonly TooLong[] = ["error", "drop", "truncate-start", "truncate-end", "split"];
const defaultModel = "smollm2-135m-instruct";

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

function withPreparation(command: Command): Command {
  return command
    .argument("<files...>", "JSONL, JSON, CSV, TSV or Parquet: paths, URLs or hf://owner/name/file")
    .option(
      "--model <model>",
      "model whose tokenizer and chat template are used; a folder needs no sidecar",
      defaultModel,
    )
    .option("--max-tokens <count>", "longest example; the model's context length if not given", wholeNumber)
    .addOption(new Option("--too-long <policy>", "what happens with longer ones").choices(tooLong).default("error"));
}

async function preview(files: readonly string[], flags: PreviewFlags, surroundings: Surroundings): Promise<void> {
  const { rows, html } = flags;
  const shown = (await prepare(dataset(files).take(rows), flags, surroundings)).preview(rows);
  if (html === undefined) {
    surroundings.output.write(`${shown.toString({ colour: surroundings.colour })}\n`);
  } else {
    await writeFile(html, shown.toHtml(`Preview of ${files.join(", ")}`));
    surroundings.errors.write(`Written: ${html}\n`);
  }
}

async function check(files: readonly string[], flags: PreparationFlags, surroundings: Surroundings): Promise<void> {
  const prepared = await prepare(dataset(files), flags, surroundings);
  surroundings.output.write(`${describeDataSummary(prepared.summary())}\n`);
}

async function prepare(data: Dataset, flags: PreparationFlags, surroundings: Surroundings): Promise<PreparedDataset> {
  const { model, maxTokens, tooLong } = flags;
  return data.prepare(await openModel(model, surroundings), { maxTokens, tooLong, signal: surroundings.signal });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Wanted: a whole number from 1 on.");
  return value;
}
