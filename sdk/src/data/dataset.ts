/** A data source with what can be done to one. */
import { checkShuffle, checkSplit, checkTake } from "../config/dataset-options.js";
import { type PreparationOptions, readPreparationOptions } from "../config/preparation-options.js";
import { filtered } from "./combine/filter.js";
import { mapped } from "./combine/map.js";
import { shuffled } from "./combine/shuffle.js";
import { split } from "./combine/split.js";
import { taken } from "./combine/take.js";
import type { DataModel } from "./data-model.js";
import type { DataSource, SourceRow } from "./data-source.js";
import type { ExampleRow } from "./example-row.js";
import { type PreparedDataset, prepareDataset } from "./prepared-dataset.js";

/** Rows from anywhere. Every method gives a new data set and reads nothing; a data set is read when it is used. */
export class Dataset implements DataSource {
  readonly name: string;
  readonly #source: DataSource;

  constructor(source: DataSource) {
    this.name = source.name;
    this.#source = source;
  }

  /** The rows, not yet checked. */
  rows(signal?: AbortSignal): AsyncIterable<SourceRow> {
    return this.#source.rows(signal);
  }

  /** The first `rows` rows, 1 or more; the rest is not read. */
  take(rows: number): Dataset {
    checkTake(rows);
    return new Dataset(taken(this.#source, rows));
  }

  /**
   * All rows in random order, the same for the same seed. Needs one reading before the first row; memory is bounded, and
   * rows past 64 MiB wait in a temporary file.
   */
  shuffle(seed: number): Dataset {
    checkShuffle(seed);
    return new Dataset(shuffled(this.#source, seed));
  }

  /**
   * Two parts that share no row: about `share` of the rows (0 to 1), and the others. The part of a row is decided by its
   * content and the seed alone, so equal rows are never parted, and adding rows moves no other.
   */
  split(share: number, seed: number): readonly [Dataset, Dataset] {
    checkSplit({ share, seed });
    const [part, others] = split(this.#source, share, seed);
    return [new Dataset(part), new Dataset(others)];
  }

  /**
   * Turns each row into one of the shapes that midblock trains on. What the function takes is the caller's word on the
   * rows' form; where it throws, or what it returns is no such shape, that row is a fault like any other.
   *
   *     jsonl("faq.jsonl").map((row: { q: string; a: string }) => ({ prompt: row.q, completion: row.a }))
   */
  map<Row = unknown>(change: (row: Row) => ExampleRow): Dataset {
    // Rows come from outside: their type can only be said by the caller, and is checked by what comes of it.
    return new Dataset(mapped(this.#source, (row) => change(row as Row)));
  }

  /** Only the rows for which the function gives true. Rows that can't be read stay, to be reported. */
  filter<Row = unknown>(keeps: (row: Row) => boolean): Dataset {
    // As in map.
    return new Dataset(filtered(this.#source, (row) => keeps(row as Row)));
  }

  /**
   * Reads all rows and turns them into tokens, just as `client.finetune` does, and trains nothing. The model is
   * `client.model`, or what `readModelFolder` gives.
   *
   * Throws, each time with every row: DataError where rows are wrong or too long, TokenizerError where the model's
   * template fails on them; OptionsError, and CancelledError on the signal.
   */
  async prepare(model: DataModel, options: PreparationOptions = {}): Promise<PreparedDataset> {
    const { evaluate = [], signal, ...policies } = readPreparationOptions(options);
    const prepared = await prepareDataset(this, model, policies, signal);
    return prepared.comparedWith(evaluate, signal);
  }
}
