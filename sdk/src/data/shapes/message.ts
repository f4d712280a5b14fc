/** Checks one message of a conversation. */
import type { Fault } from "../../errors.js";
import type { Message } from "../datum.js";
import { fault, textFaults, unknownKeys } from "./checks.js";
import type { Faulty } from "./parsed-row.js";
import { isRecord, type UnknownRecord } from "./record.js";
import { parseToolCalls } from "./tool-calls.js";

type Role = Message["role"];

const roles: readonly Role[] = ["system", "user", "assistant", "tool"];
const everyRole = ["role", "content", "name"];
const keysOf: Readonly<Record<Role, readonly string[]>> = {
  system: everyRole,
  user: everyRole,
  assistant: [...everyRole, "tool_calls", "weight"],
  tool: [...everyRole, "tool_call_id"],
};
const allKeys = [...new Set(roles.flatMap((role) => keysOf[role]))];

/** Reads a message; keys that are null count as absent, as tables with columns for all keys have them. */
export function parseMessage(given: unknown, place: string, path: string): { readonly message: Message } | Faulty {
  const where = `${place} ${path}`;
  if (!isRecord(given)) {
    return { faults: [fault(where, "data_type", "the message is no object", given, "role and content")] };
  }
  const message = withoutNulls(given);
  const role = roles.find((known) => known === message["role"]);
  const known = role === undefined ? allKeys : keysOf[role];
  const calls =
    role === "assistant" && "tool_calls" in message
      ? parseToolCalls(message["tool_calls"], place, `${path}.tool_calls`)
      : undefined;
  const faults = [
    ...unknownKeys(message, known, { place, path: `${path}.`, check: "message_unrecognized_key" }),
    ...(role === undefined ? [roleFault(given, where)] : []),
    ...contentFaults(given, where, calls !== undefined),
    ...(calls !== undefined && "faults" in calls ? calls.faults : []),
    ...optionalFaults(message, role, where),
  ];
  if (faults.length > 0 || role === undefined) return { faults };
  const toolCalls = calls !== undefined && "toolCalls" in calls ? calls.toolCalls : undefined;
  return { message: soundMessage(message, role, toolCalls) };
}

function withoutNulls(record: UnknownRecord): UnknownRecord {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => value !== null || key === "content"));
}

function roleFault(message: UnknownRecord, where: string): Fault {
  return "role" in message
    ? fault(`${where}.role`, "unrecognized_role", "is no known role", message["role"], roles.join(", "))
    : fault(`${where}.role`, "message_missing_key", "is missing", undefined, roles.join(", "));
}

function contentFaults(message: UnknownRecord, where: string, hasCalls: boolean): readonly Fault[] {
  const { content } = message;
  if (hasCalls && (content === undefined || content === null || content === "")) return [];
  if (!("content" in message)) {
    return [fault(`${where}.content`, "message_missing_key", "is missing", undefined, "a text")];
  }
  return textFaults(content, `${where}.content`, "missing_content");
}

function optionalFaults(message: UnknownRecord, role: Role | undefined, where: string): readonly Fault[] {
  const { name, weight, tool_call_id: id } = message;
  const faults = name === undefined ? [] : [...textFaults(name, `${where}.name`, "message_name")];
  if (role === "assistant" && weight !== undefined && weight !== 0 && weight !== 1) {
    faults.push(fault(`${where}.weight`, "message_weight", "is no weight", weight, "0 or 1"));
  }
  if (role === "tool" && (typeof id !== "string" || id === "")) {
    const wanted = "the id of the call that this answers";
    faults.push(fault(`${where}.tool_call_id`, "tool_result_missing_id", "is no id", id, wanted));
  }
  return faults;
}

function soundMessage(message: UnknownRecord, role: Role, toolCalls: Message["tool_calls"] | undefined): Message {
  const { content, name, weight, tool_call_id: id } = message;
  return {
    role,
    content: typeof content === "string" ? content : "",
    ...(toolCalls === undefined ? {} : { tool_calls: toolCalls }),
    ...(typeof id === "string" ? { tool_call_id: id } : {}),
    ...(typeof name === "string" ? { name } : {}),
    ...(weight === 0 || weight === 1 ? { weight } : {}),
  };
}
