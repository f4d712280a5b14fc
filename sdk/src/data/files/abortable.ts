/** Lets go of what is waited for as soon as a signal fires. undici 6.24 leaves a body pending that is aborted at its end. */

/** As the promise, but throws the signal's reason when it fires first. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Asks with a signal that fires when the given one does, or after so many seconds without an answer. Once the answer is
 * there it may take any time to read.
 */
export async function answeredWithin<Answer>(
  seconds: number,
  signal: AbortSignal | null | undefined,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${seconds} seconds`)), seconds * 1000);
  try {
    return await ask(AbortSignal.any([late.signal, ...(signal ? [signal] : [])]));
  } finally {
    clearTimeout(timer);
  }
}

/** As the stream, but throws the signal's reason when it fires while a chunk is waited for. */
export async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await orAborted(iterator.next(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    // Behind a chunk that never comes this would wait for ever, too.
    const closed = iterator.return?.();
    if (signal.aborted) closed?.catch(() => {});
    else await closed;
  }
}
