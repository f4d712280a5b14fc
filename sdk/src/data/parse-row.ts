/**
 * Turns one row, as JSON gave it, into an example, or tells all that is wrong with it.
 *
 * Written by hand where the SDK otherwise uses zod, so that each fault keeps its stable check name; those that OpenAI's
 * fine-tuning checks have too are called as they are there.
 */

import { closestName } from "../config/closest-name.js";
import { showFound } from "../config/show-found.js";
import type { Fault } from "../errors.js";
import type { Example, Message, Source } from "./datum.js";

/** A row's example, or its faults. */
export type ParsedRow = { readonly example: Example } | { readonly faults: readonly Fault[] };

interface Row extends Readonly<Record<string, unknown>> {
  readonly messages?: unknown;
  readonly role?: unknown;
  readonly content?: unknown;
}

const wantedShapes = '"messages", or "prompt" and "completion", or "text"';
const rowKeys = ["messages", "prompt", "completion", "text"] as const;
const messageKeys = ["role", "content"] as const;
const roles = ["system", "user", "assistant"] as const;

/** Recognises the row's shape by its keys and checks it. */
export function parseRow(row: unknown, source: Source): ParsedRow {
  const place = placeOf(source);
  if (!isRecord(row)) {
    return { faults: [fault(place, "data_type", "the row is no JSON object", row, `an object with ${wantedShapes}`)] };
  }
  const faults = [...shapeFaults(row, place), ...unknownKeys(row, rowKeys, place, "", "row_unrecognized_key")];
  if (faults.length > 0) return { faults };
  if ("messages" in row) return parseMessages(row.messages, source);
  if ("text" in row) return parseStrings(row, ["text"], source);
  return parseStrings(row, ["prompt", "completion"], source);
}

/** Writes a source as messages of errors have it: "train.jsonl:17". */
export function placeOf(source: Source): string {
  return `${source.file}:${source.line}`;
}

function shapeFaults(row: Row, place: string): readonly Fault[] {
  const shapes = [
    ...("messages" in row ? ["messages"] : []),
    ...("prompt" in row || "completion" in row ? ["prompt and completion"] : []),
    ...("text" in row ? ["text"] : []),
  ];
  if (shapes.length === 1) return [];
  const found = Object.keys(row).length > 0 ? `keys ${Object.keys(row).join(", ")}` : "no keys";
  const [check, problem] =
    shapes.length === 0
      ? ["missing_messages_list", "the row has none of the keys that make an example"]
      : ["ambiguous_shape", `the row has more than one shape: ${shapes.join("; ")}`];
  return [{ where: place, problem, found, wanted: wantedShapes, check }];
}

function unknownKeys(row: Row, known: readonly string[], place: string, path: string, check: string): Fault[] {
  return Object.keys(row)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const meant = closestName(key, known);
      const wanted = meant === undefined ? `no keys but ${known.join(", ")}` : `did you mean "${meant}"?`;
      return { where: place, problem: `unknown key ${path}${key}`, found: showFound(row[key]), wanted, check };
    });
}

function parseMessages(messages: unknown, source: Source): ParsedRow {
  const place = placeOf(source);
  if (!Array.isArray(messages) || messages.length === 0) {
    const wanted = "a list of at least one message";
    return { faults: [fault(`${place} messages`, "missing_messages_list", "is no such list", messages, wanted)] };
  }
  const parsed = messages.map((message: unknown, index) => parseMessage(message, place, `messages[${index}]`));
  const faults = parsed.flatMap((one) => ("faults" in one ? one.faults : []));
  const sound = parsed.flatMap((one) => ("message" in one ? [one.message] : []));
  if (faults.length === 0 && !sound.some(({ role }) => role === "assistant")) {
    const found = `roles ${sound.map(({ role }) => role).join(", ")}`;
    const problem = "no message is the assistant's, so nothing would be learnt";
    const check = "example_missing_assistant_message";
    faults.push({ where: `${place} messages`, problem, found, wanted: 'a message with role "assistant"', check });
  }
  return faults.length > 0 ? { faults } : { example: { kind: "messages", messages: sound, source } };
}

function parseMessage(
  message: unknown,
  place: string,
  path: string,
): { readonly message: Message } | { readonly faults: readonly Fault[] } {
  const where = `${place} ${path}`;
  if (!isRecord(message)) {
    return { faults: [fault(where, "data_type", "the message is no object", message, "role and content")] };
  }
  const role = roles.find((known) => known === message.role);
  const content = message.content;
  const faults = unknownKeys(message, messageKeys, place, `${path}.`, "message_unrecognized_key");
  if (!("role" in message)) {
    faults.push(fault(`${where}.role`, "message_missing_key", "is missing", undefined, roles.join(", ")));
  } else if (role === undefined) {
    faults.push(fault(`${where}.role`, "unrecognized_role", "is no known role", message.role, roles.join(", ")));
  }
  if (!("content" in message)) {
    faults.push(fault(`${where}.content`, "message_missing_key", "is missing", undefined, "a text"));
  } else {
    faults.push(...textFaults(content, `${where}.content`, "missing_content"));
  }
  if (faults.length > 0 || role === undefined || typeof content !== "string") return { faults };
  return { message: { role, content } };
}

function parseStrings(
  row: Row,
  keys: readonly ["text"] | readonly ["prompt", "completion"],
  source: Source,
): ParsedRow {
  const place = placeOf(source);
  const faults = keys.flatMap((key): readonly Fault[] => {
    const where = `${place} ${key}`;
    if (!(key in row)) return [fault(where, `missing_${key}`, "is missing", undefined, "a text")];
    if (key === "prompt" && row[key] === "") return [];
    return textFaults(row[key], where, `missing_${key}`);
  });
  const { text, prompt, completion } = row;
  if (faults.length > 0) return { faults };
  if (typeof text === "string") return { example: { kind: "text", text, source } };
  return { example: { kind: "prompt-completion", prompt: String(prompt), completion: String(completion), source } };
}

function textFaults(value: unknown, where: string, check: string): readonly Fault[] {
  if (typeof value !== "string" || value === "")
    return [fault(where, check, "is no text", value, "a text of at least one character")];
  // A lone surrogate has no UTF-8 form: the tokenizer would learn U+FFFD in its place.
  if (!/\p{Surrogate}/u.test(value)) return [];
  return [fault(where, "text_not_unicode", "holds half of a surrogate pair", value, "well-formed Unicode")];
}

function fault(where: string, check: string, problem: string, found: unknown, wanted: string): Fault {
  return { where, problem, ...(found === undefined ? {} : { found: showFound(found) }), wanted, check };
}

function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
