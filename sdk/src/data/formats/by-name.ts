/** Opens a data file by the format that its name tells. */
import { OptionsError } from "../../errors.js";
import type { Dataset } from "../dataset.js";
import { locate } from "../files/location.js";
import { type CsvOptions, csv, tsv } from "./csv.js";
import { json } from "./json.js";
import { jsonl } from "./jsonl.js";
import { parquet } from "./parquet.js";

/** The formats of files, as the option `format` takes them. */
export const formatNames = ["jsonl", "json", "csv", "tsv", "parquet"] as const;

/** How to read a file that is given by its place alone. */
export type FileOptions = CsvOptions & {
  /** Default: what the ending of the file's name tells. */
  readonly format?: (typeof formatNames)[number];
};

type Reader = (place: string | URL, options: CsvOptions) => Dataset;

const readersByEnding: Readonly<Record<string, Reader>> = { jsonl, ndjson: jsonl, json, csv, tsv, parquet };

/**
 * The file's rows, in the format named or else told by the ending of its name, before .gz, .zst or .zstd if it has one.
 * Throws OptionsError where neither tells it.
 */
export function fileByName(place: string | URL, { format, ...options }: FileOptions = {}): Dataset {
  return readerOf(locate(place).name, format)(place, options);
}

function readerOf(name: string, format: FileOptions["format"]): Reader {
  const ending = format ?? /\.([^./\\]+?)(?:\.(?:gz|zstd?))?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const read = Object.hasOwn(readersByEnding, ending) ? readersByEnding[ending] : undefined;
  if (read !== undefined) return read;
  throw new OptionsError({
    code: "invalid-options",
    what: format === undefined ? `The name of ${name} does not tell its format.` : `No format is called ${format}.`,
    wanted: `a name that ends in ${Object.keys(readersByEnding)
      .map((known) => `.${known}`)
      .join(", ")}, perhaps with .gz or .zst`,
    nextStep: `name the format: ${formatNames.join(", ")}; as in dataset(["${name}"], { format: "jsonl" })`,
  });
}
