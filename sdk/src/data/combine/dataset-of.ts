/** Puts sources together to one data set. */
import { checkSources } from "../../config/dataset-options.js";
import type { DataSource } from "../data-source.js";
import { Dataset } from "../dataset.js";
import { fileByName } from "../formats/by-name.js";
import { concatenated } from "./concatenate.js";

/**
 * One data set of all rows of the given ones, in their order. A path or URL is read in the format that its name tells.
 *
 *     dataset([jsonl("chat.jsonl"), parquet("hf://org/name/train.parquet"), "faq.csv"])
 */
export function dataset(sources: readonly (DataSource | string | URL)[]): Dataset {
  checkSources(sources);
  const opened = sources.map((one) => (typeof one === "string" || one instanceof URL ? fileByName(one) : one));
  const [only] = opened;
  return new Dataset(opened.length === 1 && only !== undefined ? only : concatenated(opened));
}
