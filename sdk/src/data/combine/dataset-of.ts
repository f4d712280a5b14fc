/** Puts sources together to one data set. */
import { checkSources } from "../../config/dataset-options.js";
import { OptionsError } from "../../errors.js";
import type { DataSource } from "../data-source.js";
import { Dataset } from "../dataset.js";
import { type FileOptions, fileByName } from "../formats/by-name.js";
import { concatenated } from "./concatenate.js";

/**
 * One data set of all rows of the given ones, in their order. A path or URL is read in the format that its name tells,
 * or as the options say, which are for these alone.
 *
 *     dataset([jsonl("chat.jsonl"), parquet("hf://org/name/train.parquet"), "faq.csv"])
 *     dataset(["faq.csv", "more.parquet"], { prompt: "Question", completion: "Answer" })
 *
 * Throws OptionsError where a name tells no format, and for options that are no file's.
 */
export function dataset(sources: readonly (DataSource | string | URL)[], options: FileOptions = {}): Dataset {
  checkSources(sources);
  if (Object.keys(options).length > 0 && !sources.some(isPlace)) throw optionsForNothing();
  const opened = sources.map((one) => (isPlace(one) ? fileByName(one, options) : one));
  const [only] = opened;
  return new Dataset(opened.length === 1 && only !== undefined ? only : concatenated(opened));
}

function isPlace(source: DataSource | string | URL): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

function optionsForNothing(): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: "dataset has options for files, and no source is a path or URL.",
    wanted: 'the options where the source is made, as in csv("faq.csv", { ... })',
  });
}
