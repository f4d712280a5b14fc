/** Goes on with a download where its connection broke. */
import { WebFailure } from "./web-failure.js";

/**
 * Streams what `open` gives from an offset in bytes; where that breaks after it has brought something, opens again at
 * the place that was reached. Throws the error where a try brought nothing, or the server refused it.
 */
export async function* resumed(
  open: (offset: number) => AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ; ) {
    const start = offset;
    try {
      for await (const chunk of open(offset)) {
        offset += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (signal?.aborted || offset === start || error instanceof WebFailure) throw error;
    }
  }
}
