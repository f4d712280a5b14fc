/** What to do with an answer that breaks the contract: name the field and stop, never guess. */
import { BridgeError } from "../../errors.js";

/** The value of a field that the contract says is always there. */
export function required<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw brokenContract(field, "nothing");
  return value;
}

/**
 * For the end of a switch over an enum. It does not compile while a value of the contract is left out; it throws for
 * values that only a newer sidecar knows.
 */
export function unknownValue(value: never, field: string): never {
  throw brokenContract(field, String(value));
}

/** The error for a field with a value that this side can't use. */
export function brokenContract(field: string, found: string): BridgeError {
  return new BridgeError({
    code: "call-failed",
    what: `The sidecar's answer can't be used: ${field}.`,
    found,
    wanted: "a value that this version of midblock knows",
    nextStep: "Use the same version of midblock and of its sidecar.",
  });
}
