/** Calls with one request and one answer. */
import { BridgeError } from "../errors.js";
import { cancelWith } from "./cancellation.js";
import type { Channel, Method } from "./channel.js";
import { cancelledError, finalError } from "./status.js";

/** How a call may end early. */
export interface UnaryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Timings.unaryMilliseconds unless given. */
  readonly deadlineMilliseconds?: number;
}

/** Makes one call. Throws a MidblockError; a CancelledError when the signal fires. */
export function callUnary<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  request: Request,
  { signal, deadlineMilliseconds = channel.timings.unaryMilliseconds }: UnaryOptions,
): Promise<Response> {
  const context = { channel, method, signal };
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise<Response>((resolve, reject) => {
    if (signal?.aborted) throw cancelledError(context);
    const call = channel.client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      channel.metadata(),
      { deadline: Date.now() + deadlineMilliseconds },
      (error, response) => {
        release();
        if (response !== undefined) resolve(response);
        else
          reject(
            error ?? new BridgeError({ code: "call-failed", what: "The sidecar ended a call without an answer." }),
          );
      },
    );
    const release = cancelWith(call, context);
  }).catch(async (error: unknown) => {
    throw await finalError(error, context);
  });
}
