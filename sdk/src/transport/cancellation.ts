/** Ends a call from this side: by the caller's signal, or because the channel closes. */
import type { CallContext } from "./status.js";

/**
 * Cancels the call when the signal fires or the channel is closed, which alone would leave running calls alive. Returns
 * what lets go of both; call it when the call is over.
 */
export function cancelWith(call: { cancel(): void }, { channel, signal }: CallContext): () => void {
  const cancel = () => call.cancel();
  const signals = signal === undefined ? [channel.closing] : [signal, channel.closing];
  for (const one of signals) one.addEventListener("abort", cancel, { once: true });
  return () => {
    for (const one of signals) one.removeEventListener("abort", cancel);
  };
}
