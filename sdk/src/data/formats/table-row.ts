/** Turns the cells of a text table into rows under the names of its header. */
import { showFound } from "../../config/show-found.js";
import { DataError, type Fault } from "../../errors.js";
import type { SourceRow } from "../data-source.js";
import type { Source } from "../datum.js";
import { placeOf } from "../place.js";
import { changedNumbers, type WrittenNumber } from "../written-numbers.js";
import { type Columns, checkColumns } from "./columns.js";

/** The columns of a table. */
export interface TableHeader {
  readonly names: readonly string[];
  /** Columns whose cells are JSON, since their values are no text. */
  readonly json: ReadonlySet<string>;
}

const jsonKeys = ["messages", "tools", "conversations", "tokenIds", "lossWeights"];

/** Reads the first line. Throws DataError where a name stands twice, or a column is missing that the options name. */
export function readHeader(names: readonly string[], file: string, columns: Columns): TableHeader {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new DataError({
      code: "invalid-data",
      what: `The header of ${file} has the column ${JSON.stringify(twice)} more than once.`,
      found: `columns ${names.join(", ")}`,
      wanted: "a name of its own for each column",
    });
  }
  checkColumns(columns, names, file);
  const json = columns?.filter(({ key }) => jsonKeys.includes(key)).map(({ name }) => name);
  return { names, json: new Set(json ?? jsonKeys) };
}

/** The row of a line's cells. */
export function tableRow(cells: readonly string[], header: TableHeader, source: Source): SourceRow {
  const where = placeOf(source);
  if (cells.length !== header.names.length) {
    const problem = "the row has another number of values than the header";
    const wanted = `${header.names.length}; a value with the delimiter in it needs quotes around it`;
    return { source, faults: [{ where, problem, found: `${cells.length} values`, wanted, check: "csv_column_count" }] };
  }
  const entries: (readonly [name: string, value: unknown])[] = [];
  const changed: WrittenNumber[] = [];
  for (const [index, name] of header.names.entries()) {
    const cell = cells[index] ?? "";
    if (!header.json.has(name)) {
      entries.push([name, cell]);
    } else if (cell.trim() !== "") {
      const value = parseCell(cell);
      if (value === notJson) return { source, faults: [jsonFault(where, name, cell)] };
      entries.push([name, value]);
      changed.push(...changedNumbers(cell).map(({ path, written }) => ({ path: [name, ...path], written })));
    }
  }
  const value = Object.fromEntries(entries);
  return { source, value, ...(changed.length > 0 ? { changedNumbers: changed } : {}) };
}

function jsonFault(where: string, name: string, cell: string): Fault {
  const problem = `the column ${name} holds no JSON`;
  return { where, problem, found: showFound(cell), wanted: "the JSON text of a list", check: "invalid_json" };
}

const notJson = Symbol("not JSON");

function parseCell(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return notJson;
  }
}
