/** What tests see of a source. */
import type { DataSource, SourceRow } from "../../../../sdk/src/data/data-source.js";
import { readExamples } from "../../../../sdk/src/data/read-examples.js";
import { DataError } from "../../../../sdk/src/errors.js";

export async function rowsOf(source: DataSource): Promise<SourceRow[]> {
  const rows: SourceRow[] = [];
  for await (const row of source.rows()) rows.push(row);
  return rows;
}

/** The values of a source without faults. */
export async function valuesOf(source: DataSource): Promise<unknown[]> {
  return (await rowsOf(source)).map((row) => {
    if ("faults" in row) throw new Error(row.faults[0]?.problem);
    return row.value;
  });
}

/** The DataError that checking every row ends with. */
export async function errorOf(source: DataSource): Promise<DataError> {
  try {
    await readExamples(source);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("the data was accepted");
}

/** The bytes of a stream, joined. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** A stream of these bytes in chunks of this size. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
