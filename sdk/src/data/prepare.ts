/** Prepares data for the model: reads and encodes every row, holds them to the length limit, and counts everything. */
import { setImmediate } from "node:timers/promises";
import type { Fault } from "../errors.js";
import { ContentHash, contentOf } from "./content-hash.js";
import { countTrained } from "./count-trained.js";
import type { DataSource } from "./data-source.js";
import { type DataSummary, DuplicateLog, summarise } from "./data-summary.js";
import type { Datum, RowExample } from "./datum.js";
import { DatumList } from "./datum-list.js";
import { type EncodedExample, type Encoder, encodeExample } from "./encode.js";
import { FaultLog } from "./fault-log.js";
import { type Cut, cutToLength, lostTokens, type TooLong } from "./fit-length.js";
import { type DropReason, OmissionLog } from "./omissions.js";
import { longerThanLimit, nothingLearnt, nothingLeft, templateFails, tooLongRows } from "./preparation-errors.js";
import { parsedRows } from "./read-examples.js";
import { badRows, noExamples } from "./row-errors.js";
import { RowIndex } from "./row-index.js";
import { takeTokens } from "./take-tokens.js";

/** How to prepare. */
export interface PrepareOptions extends Encoder {
  /** Longest example in tokens. */
  readonly maxTokens: number;
  readonly tooLong: TooLong;
  /** What happens with a row of which no token is learnt, as it is or once it is cut; default "error". */
  readonly noTrainedTokens?: NoTrainedTokens;
  readonly signal?: AbortSignal | undefined;
}

/** Refuse the data, or leave the row out and count it. */
export type NoTrainedTokens = "error" | "drop";

/** Data ready to be uploaded. */
export interface PreparedData {
  readonly datums: DatumList;
  readonly summary: DataSummary;
  /** "sha256:" and hex over what all examples of the source say, in their order. */
  readonly contentHash: string;
  /** The rows by their texts, to look for what a test shares with them. */
  readonly rows: RowIndex;
}

const rowsBetweenPauses = 32;

/**
 * Reads and encodes all rows; of the source's text nothing is kept.
 *
 * Throws, each time with every row: DataError "invalid-data" where a row is wrong, can't be encoded or would teach
 * nothing; TokenizerError "chat-template" where nothing is wrong but that the mask can't be told for certain; DataError
 * "sequence-too-long" for rows over the limit where `tooLong` is "error"; DataError where no example is left;
 * CancelledError on the signal.
 */
export async function prepareData(source: DataSource, options: PrepareOptions): Promise<PreparedData> {
  const preparation = new Preparation(options);
  let rows = 0;
  for await (const row of parsedRows(source, options.signal)) {
    // Tokenising is CPU work on the event loop; connections must be able to answer heartbeats in between.
    if (rows % rowsBetweenPauses === 0) await setImmediate();
    rows += 1;
    if ("faults" in row) preparation.refuse("row", row.faults);
    else preparation.take(row.example);
  }
  return preparation.finish(source.name, rows);
}

/** One preparation while it goes on. */
class Preparation {
  readonly #options: PrepareOptions;
  readonly #datums = new DatumList();
  #trainedTokens = 0;
  #keptControlTexts = 0;
  /** Tokens of every row before it is cut or dropped. */
  readonly #lengths: number[] = [];
  readonly #hash = new ContentHash();
  readonly #rows = new RowIndex();
  readonly #duplicates = new DuplicateLog();
  readonly #dropped = new OmissionLog<DropReason>();
  readonly #cut = new OmissionLog<Cut>();
  readonly #log = new FaultLog();
  readonly #refused = { row: 0, "chat-template": 0, length: 0 };

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  /** Counts a row that can't be trained on. */
  refuse(blame: "row" | "chat-template" | "length", faults: readonly Fault[]): void {
    this.#refused[blame] += 1;
    this.#log.add(faults);
  }

  take(example: RowExample): void {
    const content = contentOf(example);
    this.#hash.add(content);
    const repetition = this.#rows.add(example, content);
    if (repetition !== undefined) this.#duplicates.add(repetition);
    const encoded = encode(example, this.#options);
    if ("fault" in encoded) this.refuse(encoded.blame, [encoded.fault]);
    else {
      this.#keptControlTexts += encoded.keptControlTexts;
      this.#fit(encoded.datum);
    }
  }

  finish(name: string, rows: number): PreparedData {
    const { maxTokens } = this.#options;
    if (this.#refused.row > 0) throw badRows(name, this.#log);
    if (this.#refused["chat-template"] > 0) throw templateFails(this.#log, this.#refused["chat-template"], rows);
    if (this.#refused.length > 0) throw tooLongRows(this.#log, this.#lengths, maxTokens);
    if (rows === 0) throw noExamples(name);
    const dropped = this.#dropped.omissions;
    if (this.#datums.length === 0) throw nothingLeft(dropped);
    const summary = summarise(this.#datums.lengths, {
      rows,
      trainedTokens: this.#trainedTokens,
      maxTokens,
      dropped,
      cut: this.#cut.omissions,
      keptControlTexts: this.#keptControlTexts,
      duplicates: this.#duplicates.duplicates,
    });
    return { datums: this.#datums, summary, contentHash: this.#hash.digest(), rows: this.#rows };
  }

  #fit(datum: Datum): void {
    const { maxTokens, tooLong, tokenizer } = this.#options;
    const { length } = datum.tokenIds;
    this.#lengths.push(length);
    if (length <= maxTokens) {
      this.#keep(datum, [datum]);
    } else if (tooLong === "error") {
      this.refuse("length", [longerThanLimit(datum)]);
    } else if (tooLong === "drop") {
      this.#drop("too-long", datum);
    } else {
      const { startIds } = tokenizer.special;
      const kept = this.#keep(datum, cutToLength(datum, tooLong, { maxTokens, startIds }));
      if (kept.length > 0) this.#cut.add(tooLong, datum.source, lostTokens(datum, kept, startIds));
    }
  }

  /** Keeps the parts of a row that teach something. */
  #keep(datum: Datum, parts: readonly Datum[]): readonly Datum[] {
    const kept = parts.filter((part) => countTrained(part) > 0);
    for (const part of kept) {
      this.#datums.add(part);
      this.#trainedTokens += countTrained(part);
    }
    if (kept.length > 0) return kept;
    if (this.#options.noTrainedTokens === "drop") this.#drop("no-trained-token", datum);
    else this.refuse("row", [nothingLearnt(datum.source, countTrained(datum) > 0)]);
    return kept;
  }

  #drop(reason: DropReason, datum: Datum): void {
    this.#dropped.add(reason, datum.source, { tokens: datum.tokenIds.length, trainedTokens: countTrained(datum) });
  }
}

function encode(example: RowExample, options: PrepareOptions): EncodedExample {
  return example.kind === "tokens" ? takeTokens(example, options.tokenizer) : encodeExample(example, options);
}
