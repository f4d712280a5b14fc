/** The JSON record task: does the model answer a conversation with exactly the wanted record? */
import { isDeepStrictEqual } from "node:util";
import type { DataSource } from "../../data/data-source.js";
import type { Message } from "../../data/datum.js";
import { jsonl } from "../../data/formats/jsonl.js";
import { readExamples } from "../../data/read-examples.js";
import type { GenerationTask, ItemScore } from "../task.js";
import { extractRecord, type JsonRecord } from "./extract-record.js";
import { type RecordRow, readRecordRows } from "./record-rows.js";

/** What the task asks. */
export interface JsonRecordOptions {
  /**
   * Rows in the messages shape, or the path of a JSON Lines file of them; the last message of each is the assistant's
   * and is the wanted JSON object.
   */
  readonly data: DataSource | string;
  /** Fields with a metric of their own; default: all fields, which every record must then share. */
  readonly fields?: readonly string[];
  /** Most new tokens of an answer; default 256. */
  readonly maxNewTokens?: number;
  /** Default "json-record". */
  readonly name?: string;
}

/**
 * Asks with all messages but the last and compares the answer to the JSON object in the last one.
 *
 * Rule "json-record", version 1. Extraction: the output, white space around it removed, must be one JSON object and
 * nothing else; it may stand in one Markdown code fence (a first line "```json" or "```", a last line "```"). Anything
 * else is invalid. Of a key that occurs twice the last counts, as in JSON.parse. Metrics, each 0 or 1: "exact": the same
 * keys, in any order, with the same values; "field:<name>": that field is there with the same value. Values are the same
 * when they have the same JSON type and value: "5" is not 5, 5.0 is 5, strings are compared character by character.
 *
 * Loading throws a DataError that lists every faulty row by file and line.
 */
export function jsonRecord(options: JsonRecordOptions): GenerationTask<RecordRow> {
  const source = typeof options.data === "string" ? jsonl(options.data) : options.data;
  return {
    kind: "generation",
    name: options.name ?? "json-record",
    rule: { name: "json-record", version: "1" },
    maxNewTokens: options.maxNewTokens ?? 256,
    load: async (signal) => readRecordRows(await readExamples(source, signal), options.fields),
    prompt: (row): readonly Message[] => row.prompt,
    target: (row) => row.target,
    score: scoreRecord,
  };
}

function scoreRecord(row: RecordRow, output: string): ItemScore {
  const found = extractRecord(output);
  const metrics = {
    exact: found !== undefined && isDeepStrictEqual(found, row.record) ? 1 : 0,
    ...Object.fromEntries(row.fields.map((field) => [`field:${field}`, sameField(found, row.record, field)])),
  };
  return found === undefined ? { metrics, invalid: true } : { metrics, extracted: JSON.stringify(found) };
}

function sameField(found: JsonRecord | undefined, wanted: JsonRecord, field: string): number {
  return found !== undefined && Object.hasOwn(found, field) && isDeepStrictEqual(found[field], wanted[field]) ? 1 : 0;
}
