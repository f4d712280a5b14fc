/** Waits for a promise, but not for ever. */

/** What `promise` gives, or the error of `onSilence` when it has not settled after so many milliseconds. */
export async function withinSilence<Value>(
  promise: Promise<Value>,
  milliseconds: number,
  onSilence: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onSilence()), milliseconds);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
