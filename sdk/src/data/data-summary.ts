/** The training data in figures, as plain data. */
import type { Contamination } from "./contamination.js";
import type { Cut } from "./fit-length.js";
import type { LengthBucket, LengthHistogram } from "./length-histogram.js";
import { type DropReason, type Omission, shownPlaces } from "./omissions.js";
import type { Repetition } from "./row-index.js";

/** Rows that repeat earlier ones. They are trained on like any other. */
export interface Duplicates {
  /** Rows equal to an earlier one in every character. */
  readonly exact: number;
  /** Further rows equal to an earlier one but for case, white space, compatible forms (NFKC) and who says it. */
  readonly normalised: number;
  /** The first 20 of both. */
  readonly places: readonly Repetition[];
}

/** The data in figures. */
export interface DataSummary {
  /** Rows that were read. */
  readonly rows: number;
  /** Examples that are trained on; each part of a split row is one. */
  readonly examples: number;
  /** Tokens of these examples. */
  readonly tokens: number;
  /** Those of them with a weight above 0. */
  readonly trainedTokens: number;
  /** trainedTokens over tokens, 0 to 1. */
  readonly trainedShare: number;
  /** Tokens of the longest example. */
  readonly longest: number;
  /** Most tokens that an example could have. */
  readonly maxTokens: number;
  /** Examples by tokens. */
  readonly histogram: readonly LengthBucket[];
  /** Rows left out whole, by reason; empty where there is none. */
  readonly dropped: readonly Omission<DropReason>[];
  /** Rows trained on in part or in parts, by what was done; empty where there is none. */
  readonly cut: readonly Omission<Cut>[];
  /** Texts such as "<|im_end|>" in the rows that were read as text, where they could have become control tokens. */
  readonly keptControlTexts: number;
  readonly duplicates: Duplicates;
  /** One for each evaluation task that shares rows with the data; empty where none does. */
  readonly contamination: readonly Contamination[];
}

/** Counts duplicates row by row. */
export class DuplicateLog {
  #exact = 0;
  #normalised = 0;
  readonly #places: Repetition[] = [];

  add(repetition: Repetition): void {
    if (repetition.likeness === "exact") this.#exact += 1;
    else this.#normalised += 1;
    if (this.#places.length < shownPlaces) this.#places.push(repetition);
  }

  get duplicates(): Duplicates {
    return { exact: this.#exact, normalised: this.#normalised, places: [...this.#places] };
  }
}

/** What is counted while rows are read. */
type CountedRows = Pick<
  DataSummary,
  "rows" | "trainedTokens" | "maxTokens" | "dropped" | "cut" | "keptControlTexts" | "duplicates"
>;

/** The figures of examples of these lengths, beside what was counted while they were made; contamination is told later. */
export function summarise(lengths: LengthHistogram, counted: CountedRows): DataSummary {
  const tokens = lengths.total;
  return {
    rows: counted.rows,
    examples: lengths.count,
    tokens,
    trainedTokens: counted.trainedTokens,
    trainedShare: counted.trainedTokens / tokens,
    longest: lengths.longest,
    maxTokens: counted.maxTokens,
    histogram: lengths.buckets,
    dropped: counted.dropped,
    cut: counted.cut,
    keptControlTexts: counted.keptControlTexts,
    duplicates: counted.duplicates,
    contamination: [],
  };
}
