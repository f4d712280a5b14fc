/** The options of `midblock data` that say how rows are read and prepared, and what they mean to the SDK. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type FileOptions, formatNames, type PreparationOptions } from "../index.js";

/** How to prepare, as the command line has it; what is not given is left to the SDK. */
export interface PreparationFlags extends FileFlags {
  readonly model: string;
  readonly maxTokens?: number;
  readonly tooLong?: Choice<"tooLong">;
  readonly untrained?: Choice<"noTrainedTokens">;
  readonly train?: Exclude<Choice<"train">, (...given: never) => unknown>;
  readonly controlTokens?: Choice<"controlTokens">;
  readonly date?: string;
}

interface FileFlags {
  readonly format?: NonNullable<FileOptions["format"]>;
  readonly shape?: string;
  readonly column?: Readonly<Record<string, string>>;
  readonly delimiter?: string;
}

type Choice<Name extends keyof PreparationOptions> = NonNullable<PreparationOptions[Name]>;

const tooLong: readonly Choice<"tooLong">[] = ["error", "drop", "truncate-start", "truncate-end", "split"];
const untrained: readonly Choice<"noTrainedTokens">[] = ["error", "drop"];
const train: readonly Choice<"train">[] = ["assistant", "last-assistant", "all"];
const controlTokens: readonly Choice<"controlTokens">[] = ["text", "tokens"];
const defaultModel = "smollm2-135m-instruct";

/** Adds the files and all options to a command. */
export function withPreparation(command: Command): Command {
  const choice = (flags: string, description: string, words: readonly unknown[]) =>
    command.addOption(new Option(flags, description).choices(words.map(String)));
  command
    .argument("<files...>", "JSONL, JSON, CSV, TSV or Parquet: paths, URLs or hf://owner/name/file")
    .option("--model <model>", "its tokenizer and chat template are used; a folder needs no sidecar", defaultModel)
    .option("--max-tokens <count>", "longest example; the model's context length if not given", wholeNumber);
  choice("--too-long <policy>", "what happens with longer ones; default error", tooLong);
  choice("--untrained <policy>", "what happens with rows that teach nothing; default error", untrained);
  choice("--train <turns>", "the turns that are learnt; default assistant", train);
  choice("--control-tokens <reading>", "what texts such as <|im_end|> in the data become", controlTokens);
  command.option("--date <day>", "YYYY-MM-DD, for chat templates that write the date");
  choice("--format <format>", "the files' format, where their names don't tell it", formatNames);
  return command
    .option("--shape <shape>", "the shape of the rows; their other columns are not read")
    .option("--column <key=name>", "a key of the shape and the files' name for it; once for each", column)
    .option("--delimiter <character>", "what stands between two values of a CSV file");
}

/** What the flags ask of `dataset`, which checks it. */
export function fileOptions({ format, shape, column, delimiter }: FileFlags): FileOptions {
  const given = { format, shape, ...column, delimiter };
  // Names that come from outside can have no narrower type here.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as FileOptions;
}

/** What the flags ask of `data.prepare`. */
export function preparationOptions(flags: PreparationFlags): PreparationOptions {
  const { maxTokens, tooLong, untrained: noTrainedTokens, train, controlTokens, date } = flags;
  return { maxTokens, tooLong, noTrainedTokens, train, controlTokens, date };
}

/** A whole number from 1 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Wanted: a whole number from 1 on.");
  return value;
}

function column(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { key, name } = /^(?<key>[^=]+)=(?<name>.+)$/s.exec(text)?.groups ?? {};
  if (key === undefined || name === undefined) throw new InvalidArgumentError("Wanted: such as prompt=Question.");
  return { ...before, [key]: name };
}
