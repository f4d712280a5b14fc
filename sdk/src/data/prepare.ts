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
import { LengthHistogram } from "./length-histogram.js";
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
  const preparation = new Preparation(source, options);
  let datums = new DatumList();
  for await (const part of preparation.parts()) datums = part;
  const { summary, contentHash, rows } = preparation;
  return { datums, summary, contentHash, rows };
}

/** When a part of the data is full: at so many examples or so many tokens, whichever comes first. */
export interface PartSize {
  readonly examples: number;
  readonly tokens: number;
}

const onePart: PartSize = { examples: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY };

/** One preparation while it goes on; what it tells is of the rows read so far. */
export class Preparation {
  readonly #source: DataSource;
  readonly #options: PrepareOptions;
  #part = new DatumList();
  /** Tokens of each example of all parts. */
  readonly #exampleLengths = new LengthHistogram();
  #rowCount = 0;
  #trainedTokens = 0;
  #keptControlTexts = 0;
  /** Tokens of every row before it is cut or dropped. */
  readonly #lengths = new LengthHistogram();
  readonly #hash = new ContentHash();
  readonly #rows = new RowIndex();
  readonly #duplicates = new DuplicateLog();
  readonly #dropped = new OmissionLog<DropReason>();
  readonly #cut = new OmissionLog<Cut>();
  readonly #log = new FaultLog();
  readonly #refused = { row: 0, "chat-template": 0, length: 0 };

  constructor(source: DataSource, options: PrepareOptions) {
    this.#source = source;
    this.#options = options;
  }

  /**
   * Reads the source once, and gives its examples in parts; a part that was given is not held any more. From the first
   * fault on no more are given: the rest is read to tell all faults, as an error at the end. Throws as `prepareData`.
   */
  async *parts(size = onePart): AsyncGenerator<DatumList, void, undefined> {
    const { signal, train } = this.#options;
    for await (const row of parsedRows(this.#source, signal, train)) {
      // Tokenising is CPU work on the event loop; connections must be able to answer heartbeats in between.
      if (this.#rowCount % rowsBetweenPauses === 0) await setImmediate();
      this.#rowCount += 1;
      if ("faults" in row) this.#refuse("row", row.faults);
      else this.#take(row.example);
      const isFull = this.#part.length >= size.examples || this.#part.tokens >= size.tokens;
      if (isFull && this.#log.isEmpty) yield this.#handOver();
    }
    this.#throwIfNotTrainable();
    if (this.#part.length > 0) yield this.#handOver();
  }

  get summary(): DataSummary {
    return summarise(this.#exampleLengths, {
      rows: this.#rowCount,
      trainedTokens: this.#trainedTokens,
      maxTokens: this.#options.maxTokens,
      dropped: this.#dropped.omissions,
      cut: this.#cut.omissions,
      keptControlTexts: this.#keptControlTexts,
      duplicates: this.#duplicates.duplicates,
    });
  }

  get contentHash(): string {
    return this.#hash.digest();
  }

  get rows(): RowIndex {
    return this.#rows;
  }

  #handOver(): DatumList {
    const part = this.#part;
    this.#part = new DatumList();
    return part;
  }

  /** Counts a row that can't be trained on. */
  #refuse(blame: "row" | "chat-template" | "length", faults: readonly Fault[]): void {
    this.#refused[blame] += 1;
    this.#log.add(faults);
  }

  #take(example: RowExample): void {
    const content = contentOf(example);
    this.#hash.add(content);
    const repetition = this.#rows.add(example, content);
    if (repetition !== undefined) this.#duplicates.add(repetition);
    const encoded = encode(example, this.#options);
    if ("fault" in encoded) this.#refuse(encoded.blame, [encoded.fault]);
    else {
      this.#keptControlTexts += encoded.keptControlTexts;
      this.#fit(encoded.datum);
    }
  }

  #throwIfNotTrainable(): void {
    const { name } = this.#source;
    if (this.#refused.row > 0) throw badRows(name, this.#log, this.#rowCount);
    const failed = this.#refused["chat-template"];
    if (failed > 0) throw templateFails(this.#log, failed, this.#rowCount);
    if (this.#refused.length > 0) throw tooLongRows(this.#log, this.#lengths, this.#options.maxTokens);
    if (this.#rowCount === 0) throw noExamples(name);
    if (this.#exampleLengths.count === 0) throw nothingLeft(this.#dropped.omissions);
  }

  #fit(datum: Datum): void {
    const { maxTokens, tooLong, tokenizer } = this.#options;
    const { length } = datum.tokenIds;
    this.#lengths.add(length);
    if (length <= maxTokens) {
      this.#keep(datum, [datum]);
    } else if (tooLong === "error") {
      this.#refuse("length", [longerThanLimit(datum)]);
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
      this.#part.add(part);
      this.#exampleLengths.add(part.tokenIds.length);
      this.#trainedTokens += countTrained(part);
    }
    if (kept.length > 0) return kept;
    if (this.#options.noTrainedTokens === "drop") this.#drop("no-trained-token", datum);
    else this.#refuse("row", [nothingLearnt(datum.source, countTrained(datum) > 0)]);
    return kept;
  }

  #drop(reason: DropReason, datum: Datum): void {
    this.#dropped.add(reason, datum.source, { tokens: datum.tokenIds.length, trainedTokens: countTrained(datum) });
  }
}

function encode(example: RowExample, options: PrepareOptions): EncodedExample {
  return example.kind === "tokens" ? takeTokens(example, options.tokenizer) : encodeExample(example, options);
}
