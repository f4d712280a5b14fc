/** Which columns, or keys, of a file's rows make an example. */
import { closestName } from "../../config/closest-name.js";
import type { CheckedColumns } from "../../config/column-options.js";
import { DataError } from "../../errors.js";
import type { UncheckedRow } from "../data-source.js";
import { isRecord } from "../shapes/record.js";
import { type ShapeName, shapeKeys } from "../shapes/shape-keys.js";

/**
 * How the rows of a file make examples. With nothing given, each row is recognised by its keys, all of which must then
 * belong to one shape. With `shape`, or with the file's own name for each key of a shape, only these columns are read.
 */
export type ColumnOptions =
  | { readonly shape?: ShapeName }
  | { readonly messages: string; readonly tools?: string }
  | { readonly conversations: string; readonly system?: string }
  | { readonly instruction: string; readonly input?: string; readonly output: string }
  | { readonly prompt: string; readonly completion: string }
  | { readonly text: string }
  | { readonly tokenIds: string; readonly lossWeights: string };

/** One column that is read. */
export interface Column {
  /** Key of the shape. */
  readonly key: string;
  /** The file's name for it. */
  readonly name: string;
  /** False where the shape does without it. */
  readonly required: boolean;
}

/** Undefined reads every column as it is. */
export type Columns = readonly Column[] | undefined;

/** The columns that checked options ask for. */
export function columnsOf({ shape, ...named }: CheckedColumns): Columns {
  if (shape !== undefined) {
    const { telling, all } = shapeKeys[shape];
    return all.map((key) => ({ key, name: key, required: telling.includes(key) }));
  }
  const columns = Object.entries(named).flatMap(([key, name]) =>
    name === undefined ? [] : [{ key, name, required: true }],
  );
  return columns.length === 0 ? undefined : columns;
}

/** The row with only these columns, under the shape's keys. What is no object stays as it is, to be told of later. */
export function pickColumns(row: UncheckedRow, columns: Columns): UncheckedRow {
  const { source, value, changedNumbers } = row;
  if (columns === undefined || !isRecord(value)) return row;
  const there = columns.filter(({ name }) => Object.hasOwn(value, name));
  const picked = Object.fromEntries(there.map(({ key, name }) => [key, value[name]]));
  const numbers = changedNumbers?.flatMap(({ path: [first, ...rest], written }) =>
    there.filter(({ name }) => name === first).map(({ key }) => ({ path: [key, ...rest], written })),
  );
  return { source, value: picked, ...(numbers === undefined ? {} : { changedNumbers: numbers }) };
}

/** Throws DataError with every required column that a file with fixed columns lacks. */
export function checkColumns(columns: Columns, present: readonly string[], file: string): void {
  const missing = (columns ?? []).filter(({ name, required }) => required && !present.includes(name));
  if (missing.length === 0) return;
  throw new DataError({
    code: "invalid-data",
    what: `The data file ${file} lacks ${missing.length === 1 ? "a column" : "columns"} that it should have.`,
    found: `columns ${present.join(", ")}`,
    faults: missing.map(({ key, name }) => {
      const meant = closestName(name, present);
      const wanted = meant === undefined ? "one of the file's columns" : `did you mean "${meant}"?`;
      return { where: key, problem: `there is no column "${name}"`, wanted, check: "missing_column" };
    }),
    nextStep: `name the file's own columns, such as { ${missing.map(({ key }) => `${key}: "..."`).join(", ")} }`,
  });
}
