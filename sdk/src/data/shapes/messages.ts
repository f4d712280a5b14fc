/** Checks a conversation in the messages shape. */
import type { Fault } from "../../errors.js";
import type { TrainRule } from "../conversation/train-rule.js";
import type { Message, Source } from "../datum.js";
import { placeOf } from "../place.js";
import { fault } from "./checks.js";
import { parseMessage } from "./message.js";
import { numberFault } from "./number-faults.js";
import type { ParsedRow } from "./parsed-row.js";
import { isRecord, type UnknownRecord } from "./record.js";
import type { RowContext } from "./row-context.js";

/** Reads {messages, tools?}. */
export function parseMessages(row: UnknownRecord, source: Source, { train, changedNumbers }: RowContext): ParsedRow {
  const { messages, tools } = row;
  const where = `${placeOf(source)} messages`;
  if (!Array.isArray(messages) || messages.length === 0) {
    const wanted = "a list of at least one message";
    return { faults: [fault(where, "missing_messages_list", "is no such list", messages, wanted)] };
  }
  const parsed = messages.map((message: unknown, index) =>
    parseMessage(message, placeOf(source), `messages[${index}]`),
  );
  const faults = [
    ...parsed.flatMap((one) => ("faults" in one ? one.faults : [])),
    ...toolsFaults(tools, source),
    ...changedNumberFaults(changedNumbers, source),
  ];
  const sound = parsed.flatMap((one) => ("message" in one ? [one.message] : []));
  if (faults.length === 0) faults.push(...conversationFaults(sound, where, train));
  if (faults.length > 0) return { faults };
  const definitions = Array.isArray(tools) && tools.length > 0 ? { tools: tools.filter(isRecord) } : {};
  return { example: { kind: "messages", messages: sound, ...definitions, source } };
}

function toolsFaults(tools: unknown, source: Source): readonly Fault[] {
  if (tools === undefined || tools === null || (Array.isArray(tools) && tools.every(isRecord))) return [];
  const wanted = "a list of tool definitions, each an object";
  return [fault(`${placeOf(source)} tools`, "tools_type", "is no such list", tools, wanted)];
}

/** Of the numbers that have lost how they were written, those that a template writes: in calls, and in tools. */
function changedNumberFaults(numbers: RowContext["changedNumbers"] = [], source: Source): readonly Fault[] {
  return numbers
    .filter(({ path: [list, , key] }) => list === "tools" || (list === "messages" && key === "tool_calls"))
    .map(({ path: [list, ...path], written }) => numberFault({ path, written }, `${placeOf(source)} ${list}`));
}

/**
 * What holds between sound messages. `where` is the place of their list. The assistant must speak where its turns alone
 * are learnt.
 */
export function conversationFaults(
  messages: readonly Message[],
  where: string,
  train: TrainRule = "assistant",
): readonly Fault[] {
  const faults = [...linkFaults(messages, where)];
  const learnsAnswers = train === "assistant" || train === "last-assistant";
  if (learnsAnswers && !messages.some(({ role }) => role === "assistant")) {
    const found = `roles ${messages.map(({ role }) => role).join(", ")}`;
    const problem = "no message is the assistant's, so nothing would be learnt";
    const check = "example_missing_assistant_message";
    faults.push({ where, problem, found, wanted: 'a message with role "assistant"', check });
  }
  return faults;
}

/** Every result of a tool must answer a call that was made before it. */
function linkFaults(messages: readonly Message[], where: string): readonly Fault[] {
  const called = new Set<string>();
  return messages.flatMap(({ tool_calls: calls = [], tool_call_id: answered }, index) => {
    const twice = calls.filter(({ id }) => called.has(id) || !called.add(id));
    const faults = twice.map(({ id }) =>
      fault(`${where}[${index}].tool_calls`, "tool_call_duplicate_id", "has an id twice", id, "a new id for each call"),
    );
    if (answered === undefined || called.has(answered)) return faults;
    const wanted = called.size === 0 ? "a call before it" : `one of ${[...called].join(", ")}`;
    const problem = "answers no call that was made before";
    return [...faults, fault(`${where}[${index}].tool_call_id`, "tool_result_without_call", problem, answered, wanted)];
  });
}
