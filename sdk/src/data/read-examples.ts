/** Reads a source to its end and checks every row. */
import type { TrainRule } from "./conversation/train-rule.js";
import type { DataSource } from "./data-source.js";
import type { RowExample } from "./datum.js";
import { FaultLog } from "./fault-log.js";
import { type ParsedRow, parseRow } from "./parse-row.js";
import { badRows, noExamples, readingCancelled } from "./row-errors.js";

/** The rows of a source, each checked for a rule. Throws what the source throws, and CancelledError between two rows. */
export async function* parsedRows(
  source: DataSource,
  signal?: AbortSignal,
  train?: TrainRule,
): AsyncGenerator<ParsedRow> {
  for await (const row of source.rows(signal)) {
    if (signal?.aborted) throw readingCancelled(source.name, signal);
    yield "faults" in row ? row : parseRow(row.value, row.source, { train, changedNumbers: row.changedNumbers });
  }
}

/** All examples of a source, for data that fits into memory. Throws DataError with every fault of every row at once. */
export async function readExamples(source: DataSource, signal?: AbortSignal): Promise<readonly RowExample[]> {
  const examples: RowExample[] = [];
  const log = new FaultLog();
  for await (const row of parsedRows(source, signal)) {
    if ("faults" in row) log.add(row.faults);
    else examples.push(row.example);
  }
  if (!log.isEmpty) throw badRows(source.name, log, log.rows + examples.length);
  if (examples.length === 0) throw noExamples(source.name);
  return examples;
}
