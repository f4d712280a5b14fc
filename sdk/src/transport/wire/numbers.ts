/** 64-bit integers of the wire and numbers of ours, each way only where nothing is lost. */
import { BridgeError, OptionsError } from "../../errors.js";

/** A uint64 as a number; throws BridgeError above 2^53 - 1. */
export function readUint64(value: bigint, field: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new BridgeError({
      code: "call-failed",
      what: `The sidecar sent a number that can't be held exactly, as ${field}.`,
      found: String(value),
      wanted: `at most ${Number.MAX_SAFE_INTEGER}`,
    });
  }
  return Number(value);
}

/** A number as a uint64; throws OptionsError unless it is a whole number from 0 to 2^53 - 1. */
export function writeUint64(value: number, field: string): bigint {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new OptionsError({
      code: "invalid-options",
      what: `${field} can't be sent.`,
      found: String(value),
      wanted: `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    });
  }
  return BigInt(value);
}
