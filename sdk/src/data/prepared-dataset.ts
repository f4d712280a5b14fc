/** Data as it will be trained on, for a program to look at before any weight moves. */
import type { DataModel } from "./data-model.js";
import type { Datum } from "./datum.js";
import type { DataSummary, PreparedData } from "./prepare.js";
import { Preview } from "./preview.js";

/** What `data.prepare` gives: the examples as tokens, their figures, and a way to look at them. */
export class PreparedDataset {
  readonly datums: readonly Datum[];
  /** SHA-256, lower-case hex, of what all examples of the source say, in their order. */
  readonly contentHash: string;
  readonly #summary: DataSummary;
  readonly #model: DataModel;

  constructor(prepared: PreparedData, model: DataModel) {
    this.datums = prepared.datums;
    this.contentHash = prepared.contentHash;
    this.#summary = prepared.summary;
    this.#model = model;
  }

  /** The data in figures: examples, tokens, how many are trained, a histogram of lengths, and what was left out. */
  summary(): DataSummary {
    return this.#summary;
  }

  /** The first `rows` examples token by token; console.log shows them in colour. */
  preview(rows = 3): Preview {
    return new Preview(this.datums.slice(0, rows), this.#model.tokenizer);
  }
}
