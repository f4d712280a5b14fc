/** Reads the rows that a task asks, in a form of its own, and tells all that is wrong with them at once. */
import type { z } from "zod";
import { dataset } from "../data/combine/dataset-of.js";
import type { DataSource } from "../data/data-source.js";
import { FaultLog } from "../data/fault-log.js";
import { placeOf } from "../data/place.js";
import { badRows, noExamples, readingCancelled } from "../data/row-errors.js";
import type { Fault } from "../errors.js";

/** Where a task's rows come from: a source, or a path, URL or hf:// name whose ending tells the format. */
export type TaskData = DataSource | string | URL;

/** Which rows are read. */
export interface RowSelection {
  /** The first so many; undefined: all. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The rows as the schema makes them, in their order. Throws DataError with every fault of every row read, or where there
 * is no row; CancelledError on the signal.
 */
export async function readTaskRows<Row>(
  data: TaskData,
  schema: z.ZodType<Row>,
  { limit = Number.POSITIVE_INFINITY, signal }: RowSelection = {},
): Promise<readonly Row[]> {
  const source = dataset([data]);
  const rows: Row[] = [];
  const log = new FaultLog();
  let read = 0;
  for await (const row of source.rows(signal)) {
    if (read >= limit) break;
    if (signal?.aborted) throw readingCancelled(source.name, signal);
    read += 1;
    if ("faults" in row) {
      log.add(row.faults);
      continue;
    }
    const checked = schema.safeParse(row.value);
    if (checked.success) rows.push(checked.data);
    else log.add(checked.error.issues.map((issue) => faultOf(placeOf(row.source), issue)));
  }
  if (!log.isEmpty) throw badRows(source.name, log, read);
  if (rows.length === 0) throw noExamples(source.name);
  return rows;
}

function faultOf(place: string, { path, message, code }: z.core.$ZodIssue): Fault {
  const where = path.length === 0 ? place : `${place} ${path.map(String).join(".")}`;
  return { where, problem: "the row does not fit the task", wanted: message, check: code };
}
