/** Changes every text inside a JSON-like value, keys of objects included. */
import type { TemplateConversation } from "./template-conversation.js";

/** The conversation with each of its texts changed. */
export function mapTexts(conversation: TemplateConversation, change: (text: string) => string): TemplateConversation {
  const { messages, tools } = conversation;
  const record = (value: object) => mapRecord(value, change);
  return { messages: messages.map(record), tools: tools?.map(record) };
}

function mapRecord(record: object, change: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [change(key), mapValue(value, change)]));
}

function mapValue(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapValue(item, change));
  return typeof value === "object" && value !== null ? mapRecord(value, change) : value;
}
