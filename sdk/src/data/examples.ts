/** Examples given in memory, checked like the rows of a file. */
import { DataError } from "../errors.js";
import type { SourceRow } from "./data-source.js";
import { Dataset } from "./dataset.js";
import type { ExampleRow } from "./example-row.js";

/** Rows to be given: all at once, or as they come. */
export type ExampleRows = Iterable<ExampleRow> | AsyncIterable<ExampleRow>;

const memory = "(memory)";

/**
 * Takes training examples from a program: an array, any iterable or async iterable, or a function that makes one, in the
 * shapes that files have. Rows are named (memory):1, (memory):2, ...
 *
 * What is iterated only once, such as a generator, can be read only once: a second reading throws DataError. Give the
 * function that makes it where the data is read again, as by a second run.
 */
export function examples(rows: ExampleRows | (() => ExampleRows)): Dataset {
  const open = typeof rows === "function" ? rows : once(rows);
  return new Dataset({ name: memory, rows: () => numbered(open()) });
}

async function* numbered(rows: ExampleRows): AsyncGenerator<SourceRow> {
  let line = 0;
  for await (const value of rows) {
    line += 1;
    yield { source: { file: memory, line }, value };
  }
}

/** An iterable that is its own iterator has nothing left after its first reading, which must not look like no data. */
function once(rows: ExampleRows): () => ExampleRows {
  let read = false;
  return () => {
    if (read && isIterator(rows)) throw readTwice();
    read = true;
    return rows;
  };
}

function readTwice(): DataError {
  return new DataError({
    code: "invalid-data",
    what: "The examples were given as an iterator, which can be read only once.",
    found: "a second reading",
    wanted: "an array, or a function that makes a new iterator",
    nextStep: "write examples(() => makeRows()) in place of examples(makeRows())",
  });
}

function isIterator(rows: ExampleRows): boolean {
  return "next" in rows && typeof rows.next === "function";
}
