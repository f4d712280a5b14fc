/** Gathers the first bytes of a stream, so that what it holds can be told from them. */

/** Passes the chunks on; the first has at least `length` bytes where the stream has as many. None is empty. */
export async function* withLongStart(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of chunks) {
    if (start === undefined) {
      if (chunk.length > 0) yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < length) continue;
    yield start;
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}
