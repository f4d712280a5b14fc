/** gRPC statuses, turned into our errors. What the sidecar says in its metadata comes first; the bare status is a fallback. */
import { type ServiceError, status } from "@grpc/grpc-js";
import { BridgeError, CancelledError, type ErrorParts, MidblockError } from "../errors.js";
import { type Channel, methodName } from "./channel.js";
import { ErrorDetail } from "./gen/midblock/v1/common.js";
import { callFailure } from "./server-failure.js";
import { readFailure } from "./wire/failure.js";

const detailKey = "midblock-error-bin";

/** The call that an error belongs to. */
export interface CallContext {
  readonly channel: Channel;
  readonly method: { readonly path: string };
  readonly signal: AbortSignal | undefined;
}

/** The error that a failed call throws. Errors of ours pass through. */
export function callError(error: unknown, context: CallContext): MidblockError {
  if (context.signal?.aborted) return cancelledError(context);
  if (MidblockError.isInstance(error)) return error;
  if (context.channel.closing.aborted) return context.channel.lost ?? closedError(context, error);
  if (!isServiceError(error)) return new BridgeError({ ...bareParts(context, String(error)), cause: error });
  const detail = error.metadata.get(detailKey)[0];
  if (detail !== undefined) return callFailure(readFailure(ErrorDetail.decode(Buffer.from(detail))), error);
  return new BridgeError({ ...bareParts(context, error.details), ...partsByStatus(error, context), cause: error });
}

/** As callError; a connection that broke because the process behind it ended is told by that end. */
export async function finalError(error: unknown, context: CallContext): Promise<MidblockError> {
  const plain = callError(error, context);
  return isBroken(plain) ? ((await context.channel.whetherLost()) ?? plain) : plain;
}

/** The error for a caller's signal that stopped a call. */
export function cancelledError({ method, signal }: CallContext): CancelledError {
  const what = `The call ${methodName(method)} was cancelled by the caller.`;
  return new CancelledError({ code: "cancelled", what, cause: signal?.reason });
}

/** The error for a peer that says nothing where it should have. */
export function silenceError({ channel, method }: CallContext, milliseconds: number): BridgeError {
  return new BridgeError({
    code: "connection-failed",
    what: `The sidecar at ${channel.address.target} fell silent during ${methodName(method)}.`,
    found: `nothing for ${milliseconds / 1000} s`,
    wanted: "an answer or a heartbeat",
    nextStep: "See whether the sidecar still lives and its machine can be reached.",
  });
}

/** True where the connection went away, so that a new try may work. */
export function isBroken(error: unknown): error is MidblockError {
  return MidblockError.isInstance(error) && error.code === "connection-failed";
}

function closedError({ channel, method }: CallContext, cause: unknown): BridgeError {
  return new BridgeError({
    code: "call-failed",
    what: `The call ${methodName(method)} found the connection to ${channel.address.target} closed by this program.`,
    nextStep: "Make all calls before close().",
    cause,
  });
}

function bareParts({ channel, method }: CallContext, found: string): ErrorParts {
  return {
    code: "call-failed",
    what: `The call ${methodName(method)} to the sidecar at ${channel.address.target} failed.`,
    found,
    facts: { call: methodName(method), address: channel.address.target },
  };
}

/** What a status without the sidecar's own words means: made by gRPC itself, a proxy, or another kind of server. */
function partsByStatus(error: ServiceError, { channel, method }: CallContext): Partial<ErrorParts> {
  const address = channel.address.target;
  switch (error.code) {
    case status.UNAVAILABLE:
      return {
        code: "connection-failed",
        what: `The sidecar at ${address} can't be reached.`,
        nextStep: "See whether it runs and listens there, and whether both sides use TLS or neither does.",
      };
    // Not by our own signal, so the other side broke the call off: it is stopping, or a proxy cut the stream.
    case status.CANCELLED:
      return { code: "connection-failed", what: `The sidecar at ${address} broke off ${methodName(method)}.` };
    case status.DEADLINE_EXCEEDED:
      return {
        code: "deadline-exceeded",
        what: `The sidecar at ${address} did not answer ${methodName(method)} in time.`,
        nextStep: "See whether a sidecar listens there and its machine is overloaded.",
      };
    case status.UNAUTHENTICATED:
      return {
        code: "unauthenticated",
        what: `The sidecar at ${address} does not accept the token.`,
        nextStep: "Pass the token that the sidecar was started with.",
      };
    case status.UNIMPLEMENTED:
      return {
        what: `The server at ${address} does not know ${methodName(method)}.`,
        nextStep: "See whether a midblock sidecar listens there, and use the same version on both sides.",
      };
    case status.RESOURCE_EXHAUSTED:
      return { code: "limit-exceeded", nextStep: "Send less at once." };
    default:
      return {};
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "metadata" in error && "details" in error;
}
