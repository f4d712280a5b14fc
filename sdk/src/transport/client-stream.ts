/** Calls with a stream of messages and one answer. */
import { cancelWith } from "./cancellation.js";
import type { Channel, Method } from "./channel.js";
import { withinSilence } from "./silence.js";
import { callError, cancelledError, finalError, silenceError } from "./status.js";

/**
 * Sends messages one by one, each taken only when the one before has left, and returns the answer. There is no deadline
 * for the whole; each message and the answer have Timings.silentWorkMilliseconds.
 *
 * @throws BridgeError "connection-failed" when the connection breaks or the other side stops taking messages;
 * CancelledError when the signal fires; what the sidecar says otherwise.
 */
export async function sendStream<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  messages: Iterable<Request>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const context = { channel, method, signal };
  if (signal?.aborted) throw cancelledError(context);
  const { silentWorkMilliseconds } = channel.timings;
  const onSilence = () => silenceError(context, silentWorkMilliseconds);
  const { call, answer } = startCall(context);
  const release = cancelWith(call, context);
  try {
    for (const message of messages) {
      const sent = new Promise<undefined>((resolve) => call.write(message, () => resolve(undefined)));
      // The sidecar may answer before the end: with an error, or because another upload completed the set.
      const early = await withinSilence(Promise.race([sent, answer]), silentWorkMilliseconds, onSilence);
      if (early !== undefined) return early;
    }
    call.end();
    return await withinSilence(answer, silentWorkMilliseconds, onSilence);
  } catch (error) {
    throw await finalError(error, context);
  } finally {
    release();
    call.cancel();
  }
}

function startCall<Request, Response>(context: {
  readonly channel: Channel;
  readonly method: Method<Request, Response>;
  readonly signal: AbortSignal | undefined;
}) {
  const { path, requestSerialize, responseDeserialize } = context.method;
  let settle: (error: Error | null, response: Response | undefined) => void;
  const answer = new Promise<Response>((resolve, reject) => {
    settle = (error, response) => (response === undefined ? reject(error) : resolve(response));
  });
  // It may fail while nobody waits for it: after silence, say.
  answer.catch(() => {});
  try {
    const call = context.channel.client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      context.channel.metadata(),
      (error, response) => settle(error, response),
    );
    call.on("error", () => {});
    return { call, answer };
  } catch (error) {
    throw callError(error, context);
  }
}
