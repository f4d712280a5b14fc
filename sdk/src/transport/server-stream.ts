/** Calls answered by a stream, as async iterables. */
import { cancelWith } from "./cancellation.js";
import type { Channel, Method } from "./channel.js";
import { withinSilence } from "./silence.js";
import { callError, cancelledError, finalError, silenceError } from "./status.js";

/** How a stream may end early. */
export interface StreamOptions {
  readonly signal: AbortSignal | undefined;
  /** Longest wait for the next message. Time that the consumer spends elsewhere does not count. */
  readonly silenceMilliseconds: number;
}

/**
 * The messages of a stream, heartbeats among them. Leaving the iteration cancels the call. Messages are read from the
 * connection only as they are consumed (16 ahead), so a slow consumer slows the sender down.
 *
 * @throws BridgeError "connection-failed" when the connection breaks or the other side falls silent; CancelledError
 * when the signal fires; what the sidecar says otherwise.
 */
export async function* streamMessages<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  request: Request,
  { signal, silenceMilliseconds }: StreamOptions,
): AsyncGenerator<Response, void, undefined> {
  const context = { channel, method, signal };
  if (signal?.aborted) throw cancelledError(context);
  const call = startCall(context, request);
  const release = cancelWith(call, context);
  const messages: AsyncIterator<Response> = call[Symbol.asyncIterator]();
  const onSilence = () => silenceError(context, silenceMilliseconds);
  try {
    for (;;) {
      const next = await withinSilence(messages.next(), silenceMilliseconds, onSilence);
      if (signal?.aborted) throw cancelledError(context);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw await finalError(error, context);
  } finally {
    release();
    call.cancel();
  }
}

function startCall<Request, Response>(
  context: {
    readonly channel: Channel;
    readonly method: Method<Request, Response>;
    readonly signal: AbortSignal | undefined;
  },
  request: Request,
) {
  const { client } = context.channel;
  const { path, requestSerialize, responseDeserialize } = context.method;
  try {
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      context.channel.metadata(),
    );
    // The iterator reports errors while it is read. One that comes after it was left (our own cancel) would end Node.
    call.on("error", () => {});
    return call;
  } catch (error) {
    throw callError(error, context);
  }
}
