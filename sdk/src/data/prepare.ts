/** Prepares data for the model: reads and encodes every row, holds them to the length limit, and counts everything. */
import { setImmediate } from "node:timers/promises";
import { DataError, TokenizerError } from "../errors.js";
import type { ChatTemplate } from "./chat-template.js";
import { ContentHash } from "./content-hash.js";
import type { DataSource } from "./data-source.js";
import type { Datum, RowExample, Source } from "./datum.js";
import { type EncodedExample, encodeExample } from "./encode.js";
import { FaultLog } from "./fault-log.js";
import { describeHistogram, type LengthBucket, lengthHistogram } from "./length-histogram.js";
import { placeOf } from "./place.js";
import { parsedRows } from "./read-examples.js";
import { unencodable } from "./refuse-unencodable.js";
import { badRows, noExamples } from "./row-errors.js";
import { takeTokens } from "./take-tokens.js";
import type { Tokenizer } from "./tokenizer.js";

/** How to prepare. */
export interface PrepareOptions {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  /** Longest example in tokens. */
  readonly maxTokens: number;
  /** What to do with a longer one: refuse the data, or leave the example out and count it. Nothing is ever cut. */
  readonly tooLong: "error" | "drop";
  readonly signal?: AbortSignal | undefined;
}

/** Data ready to be uploaded. */
export interface PreparedData {
  readonly datums: readonly Datum[];
  readonly summary: DataSummary;
  /** SHA-256, lower-case hex, of what all examples of the source say, in their order. */
  readonly contentHash: string;
}

/** The data in figures. All but `dropped` counts what is trained on. */
export interface DataSummary {
  readonly examples: number;
  readonly tokens: number;
  /** Tokens with a weight above 0. */
  readonly trainedTokens: number;
  /** Tokens of the longest example. */
  readonly longest: number;
  /** Examples left out, each with the reason. */
  readonly dropped: readonly DroppedExample[];
  readonly histogram: readonly LengthBucket[];
}

/** An example that was left out because the caller asked for it. */
export interface DroppedExample {
  readonly source: Source;
  readonly reason: "too-long";
  readonly tokens: number;
}

const examplesBetweenPauses = 32;

/**
 * Reads and encodes all rows; of the source's text nothing is kept.
 *
 * Throws, each time with every row: DataError "invalid-data" where a row is wrong, can't be encoded or would teach
 * nothing; TokenizerError "chat-template" where nothing is wrong but that the mask can't be told for certain; DataError
 * "sequence-too-long" for rows over the limit unless `tooLong` is "drop"; DataError where no example is left;
 * CancelledError on the signal.
 */
export async function prepareData(source: DataSource, options: PrepareOptions): Promise<PreparedData> {
  const { datums: encoded, contentHash } = await encodeAll(source, options);
  const long = encoded.filter(({ tokenIds }) => tokenIds.length > options.maxTokens);
  if (long.length > 0 && options.tooLong === "error") throw tooLongRows(encoded, long, options.maxTokens);
  const datums = encoded.filter(({ tokenIds }) => tokenIds.length <= options.maxTokens);
  if (datums.length === 0) throw nothingLeft(encoded, options.maxTokens);
  const dropped = long.map(
    ({ source, tokenIds }): DroppedExample => ({ source, reason: "too-long", tokens: tokenIds.length }),
  );
  return { datums, summary: summarise(datums, dropped), contentHash };
}

async function encodeAll(
  source: DataSource,
  options: PrepareOptions,
): Promise<Pick<PreparedData, "datums" | "contentHash">> {
  const datums: Datum[] = [];
  const hash = new ContentHash();
  const log = new FaultLog();
  const blamed = { row: 0, "chat-template": 0 };
  let rows = 0;
  for await (const row of parsedRows(source, options.signal)) {
    // Tokenising is CPU work on the event loop; connections must be able to answer heartbeats in between.
    if (rows % examplesBetweenPauses === 0) await setImmediate();
    rows += 1;
    if ("example" in row) hash.add(row.example);
    const encoded = "example" in row ? encode(row.example, options) : row;
    if ("datum" in encoded) {
      datums.push(encoded.datum);
    } else {
      log.add("fault" in encoded ? [encoded.fault] : encoded.faults);
      blamed["blame" in encoded ? encoded.blame : "row"] += 1;
    }
  }
  if (blamed.row > 0) throw badRows(source.name, log);
  if (!log.isEmpty) throw templateFails(log, rows);
  if (rows === 0) throw noExamples(source.name);
  return { datums, contentHash: hash.digest() };
}

function encode(example: RowExample, options: PrepareOptions): EncodedExample {
  const fault = unencodable(example);
  if (fault !== undefined) return { fault, blame: "row" };
  return example.kind === "tokens" ? takeTokens(example, options.tokenizer) : encodeExample(example, options);
}

function summarise(datums: readonly Datum[], dropped: readonly DroppedExample[]): DataSummary {
  const lengths = datums.map(({ tokenIds }) => tokenIds.length);
  return {
    examples: datums.length,
    tokens: sum(lengths),
    trainedTokens: sum(datums.map(({ lossWeights }) => lossWeights.filter((weight) => weight > 0).length)),
    longest: longestOf(lengths),
    dropped,
    histogram: lengthHistogram(lengths),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function longestOf(lengths: readonly number[]): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

function templateFails(log: FaultLog, rows: number): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: `The model's chat template fails on ${log.rows} of ${rows} rows.`,
    ...log.close(),
    nextStep: "give these rows as prompt and completion, or use a model whose template renders them",
  });
}

function tooLongRows(all: readonly Datum[], long: readonly Datum[], maxTokens: number): DataError {
  const lengths = all.map(({ tokenIds }) => tokenIds.length);
  const faults = long.map(({ source, tokenIds }) => ({
    where: placeOf(source),
    problem: "the row is longer than maxTokens",
    found: `${tokenIds.length} tokens`,
    check: "sequence_too_long",
  }));
  return new DataError({
    code: "sequence-too-long",
    what: `${long.length} of ${all.length} rows are longer than ${maxTokens} tokens.`,
    found: describeHistogram(lengthHistogram(lengths)),
    wanted: `at most ${maxTokens} tokens a row`,
    faults,
    nextStep:
      `maxTokens: ${longestOf(lengths)} fits every row, if the model's context is that long; ` +
      `tooLong: "drop" leaves these rows out and counts them`,
  });
}

function nothingLeft(encoded: readonly Datum[], maxTokens: number): DataError {
  return new DataError({
    code: "invalid-data",
    what: "No example is left to train on.",
    found: `${encoded.length} examples, all longer than ${maxTokens} tokens`,
    wanted: "at least one example",
    nextStep: "raise maxTokens, or give shorter examples",
  });
}
