/** Opens a data file by the format that its name tells. */
import { OptionsError } from "../../errors.js";
import type { Dataset } from "../dataset.js";
import { locate } from "../files/location.js";
import { csv, tsv } from "./csv.js";
import { json } from "./json.js";
import { jsonl } from "./jsonl.js";
import { parquet } from "./parquet.js";

const readers: Readonly<Record<string, (place: string | URL) => Dataset>> = {
  jsonl,
  ndjson: jsonl,
  json,
  csv,
  tsv,
  parquet,
};

/** The file's rows, by the ending of its name, before .gz, .zst or .zstd if it has one. Throws OptionsError for another. */
export function fileByName(place: string | URL): Dataset {
  const { name } = locate(place);
  const ending = /\.([^./\\]+?)(?:\.(?:gz|zstd?))?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const read = Object.hasOwn(readers, ending) ? readers[ending] : undefined;
  if (read !== undefined) return read(place);
  throw new OptionsError({
    code: "invalid-options",
    what: `The name of ${name} does not tell its format.`,
    wanted: `a name that ends in ${Object.keys(readers)
      .map((known) => `.${known}`)
      .join(", ")}, perhaps with .gz or .zst`,
    nextStep: "name the format: jsonl(...), json(...), csv(...), tsv(...) or parquet(...)",
  });
}
