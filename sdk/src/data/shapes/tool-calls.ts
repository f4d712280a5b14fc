/** Checks the tool calls of an assistant's message. */
import type { Fault } from "../../errors.js";
import type { ToolCall } from "../datum.js";
import { changedNumbers } from "../written-numbers.js";
import { fault, textFaults, unknownKeys } from "./checks.js";
import { numberFault } from "./number-faults.js";
import type { Faulty } from "./parsed-row.js";
import { isRecord, type UnknownRecord } from "./record.js";

/** Reads a list of calls; arguments may be an object or, as OpenAI has them, its JSON text. */
export function parseToolCalls(
  calls: unknown,
  place: string,
  path: string,
): { readonly toolCalls: readonly ToolCall[] } | Faulty {
  if (!Array.isArray(calls) || calls.length === 0) {
    const wanted = "a list of at least one call, or no such key";
    return { faults: [fault(`${place} ${path}`, "tool_calls_type", "is no such list", calls, wanted)] };
  }
  const parsed = calls.map((call: unknown, index) => parseCall(call, place, `${path}[${index}]`));
  const faults = parsed.flatMap((one) => ("faults" in one ? one.faults : []));
  return faults.length > 0
    ? { faults }
    : { toolCalls: parsed.flatMap((one) => ("toolCall" in one ? one.toolCall : [])) };
}

function parseCall(call: unknown, place: string, path: string): { readonly toolCall: ToolCall } | Faulty {
  const where = `${place} ${path}`;
  if (!isRecord(call)) return { faults: [fault(where, "data_type", "the call is no object", call, "id and function")] };
  const unknown = { place, check: "message_unrecognized_key" };
  const called = isRecord(call["function"]) ? call["function"] : {};
  const readArguments = parseArguments(called["arguments"]);
  const faults: Fault[] = [
    ...unknownKeys(call, ["id", "type", "function"], { ...unknown, path: `${path}.` }),
    ...unknownKeys(called, ["name", "arguments"], { ...unknown, path: `${path}.function.` }),
    ...idFaults(call, where),
    ...textFaults(called["name"], `${where}.function.name`, "tool_call_missing_name"),
  ];
  if (call["type"] !== undefined && call["type"] !== "function") {
    faults.push(fault(`${where}.type`, "tool_call_type", "is no known type", call["type"], '"function"'));
  }
  if (typeof called["arguments"] === "string" && readArguments !== undefined) {
    const numbers = changedNumbers(called["arguments"]);
    faults.push(...numbers.map((number) => numberFault(number, `${where}.function.arguments`)));
  }
  if (readArguments === undefined) {
    const wanted = "an object, or its JSON text";
    const problem = "are no arguments";
    faults.push(fault(`${where}.function.arguments`, "tool_call_arguments", problem, called["arguments"], wanted));
  }
  const { id } = call;
  const { name } = called;
  if (faults.length > 0 || typeof id !== "string" || typeof name !== "string" || readArguments === undefined) {
    return { faults };
  }
  return { toolCall: { id, type: "function", function: { name, arguments: readArguments } } };
}

function idFaults(call: UnknownRecord, where: string): readonly Fault[] {
  if (typeof call["id"] === "string" && call["id"] !== "") return [];
  const wanted = "a text that the message with the result has as tool_call_id";
  return [fault(`${where}.id`, "tool_call_missing_id", "is no id", call["id"], wanted)];
}

function parseArguments(value: unknown): UnknownRecord | undefined {
  if (isRecord(value)) return value;
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
