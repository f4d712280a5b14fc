/** Checks a conversation in ShareGPT's shape and turns it into messages. */
import type { Fault } from "../../errors.js";
import type { Message, Source } from "../datum.js";
import { placeOf } from "../place.js";
import { fault, textFaults, unknownKeys } from "./checks.js";
import { conversationFaults } from "./messages.js";
import type { Faulty, ParsedRow } from "./parsed-row.js";
import { isRecord, type UnknownRecord } from "./record.js";
import type { RowContext } from "./row-context.js";

/** The speakers of ShareGPT's own files and of those that took over its form. */
const speakers: Readonly<Record<string, Message["role"]>> = {
  system: "system",
  human: "user",
  user: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  assistant: "assistant",
};

/**
 * Reads {conversations: [{from, value}], system?}. Calls and results of tools are refused: they have no ids here, which
 * templates want, and none are made up.
 */
export function parseConversations(row: UnknownRecord, source: Source, { train }: RowContext): ParsedRow {
  const { conversations, system } = row;
  const where = `${placeOf(source)} conversations`;
  if (!Array.isArray(conversations) || conversations.length === 0) {
    const wanted = "a list of at least one turn";
    return { faults: [fault(where, "missing_conversations_list", "is no such list", conversations, wanted)] };
  }
  const hasSystem = system !== undefined && system !== null && system !== "";
  const parsed = conversations.map((turn: unknown, index) => parseTurn(turn, source, `conversations[${index}]`));
  const faults: Fault[] = [
    ...(hasSystem ? textFaults(system, `${placeOf(source)} system`, "missing_system") : []),
    ...parsed.flatMap((one) => ("faults" in one ? one.faults : [])),
  ];
  const messages = parsed.flatMap((one) => ("message" in one ? [one.message] : []));
  if (typeof system === "string" && hasSystem) messages.unshift({ role: "system", content: system });
  if (faults.length === 0) faults.push(...conversationFaults(messages, where, train));
  return faults.length > 0 ? { faults } : { example: { kind: "messages", messages, source } };
}

function parseTurn(turn: unknown, source: Source, path: string): { readonly message: Message } | Faulty {
  const place = placeOf(source);
  const where = `${place} ${path}`;
  if (!isRecord(turn)) return { faults: [fault(where, "data_type", "the turn is no object", turn, "from and value")] };
  const { from, value } = turn;
  const role = typeof from === "string" && Object.hasOwn(speakers, from) ? speakers[from] : undefined;
  const faults = [
    ...unknownKeys(turn, ["from", "value"], { place, path: `${path}.`, check: "message_unrecognized_key" }),
  ];
  if (role === undefined) {
    const wanted = `${Object.keys(speakers).join(", ")}; calls of tools need the messages shape`;
    faults.push(fault(`${where}.from`, "unrecognized_role", "is no known speaker", from, wanted));
  }
  faults.push(...textFaults(value, `${where}.value`, "missing_content"));
  if (faults.length > 0 || role === undefined || typeof value !== "string") return { faults };
  return { message: { role, content: value } };
}
