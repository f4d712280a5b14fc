/** Turns chat examples into rows of the JSON record task, or lists all that is wrong with them. */
import type { Message, RowExample } from "../../data/datum.js";
import { placeOf } from "../../data/place.js";
import { DataError, type Fault } from "../../errors.js";
import { type JsonRecord, parseObject } from "./extract-record.js";

/** One question with the record it should be answered by. */
export interface RecordRow {
  readonly prompt: readonly Message[];
  /** The record as the data has it. */
  readonly target: string;
  readonly record: JsonRecord;
  /** Fields with a metric of their own. */
  readonly fields: readonly string[];
}

/** Rows of the examples; `fields` undefined: all fields, which every record must then share. Throws a DataError with every faulty row. */
export function readRecordRows(examples: readonly RowExample[], fields: readonly string[] | undefined): RecordRow[] {
  const faults: Fault[] = [];
  const rows: RecordRow[] = [];
  let wanted = fields;
  for (const example of examples) {
    const row = readRow(example);
    if (typeof row === "string") {
      faults.push({ where: placeOf(example.source), problem: row });
      continue;
    }
    wanted ??= Object.keys(row.record);
    const problem = fieldProblem(row.record, wanted, fields === undefined);
    if (problem) faults.push({ where: placeOf(example.source), problem, wanted: wanted.join(", ") });
    else rows.push({ ...row, fields: wanted });
  }
  if (faults.length > 0) throw faultyRows(faults);
  return rows;
}

function readRow(example: RowExample): Omit<RecordRow, "fields"> | string {
  if (example.kind !== "messages") return `is in the ${example.kind} shape, not in the messages shape`;
  const last = example.messages.at(-1);
  if (last?.role !== "assistant" || example.messages.length < 2) return "does not end with an answer of the assistant";
  const record = parseObject(last.content);
  if (record === undefined) return "has a last message that is not one JSON object";
  return { prompt: example.messages.slice(0, -1), target: last.content, record };
}

function fieldProblem(record: JsonRecord, wanted: readonly string[], nothingElse: boolean): string | undefined {
  const missing = wanted.filter((field) => !Object.hasOwn(record, field));
  if (missing.length > 0) return `lacks ${missing.join(", ")}`;
  const extra = Object.keys(record).filter((field) => !wanted.includes(field));
  return nothingElse && extra.length > 0 ? `has fields that the first record lacks: ${extra.join(", ")}` : undefined;
}

function faultyRows(faults: readonly Fault[]): DataError {
  return new DataError({
    code: "invalid-data",
    what: `${faults.length} row(s) can't be used by the JSON record task.`,
    wanted: "rows of messages whose last one is the assistant's and is one JSON object, all with the same fields",
    nextStep: "Mend these rows, or name the fields that all records share by the option `fields`.",
    faults,
  });
}
