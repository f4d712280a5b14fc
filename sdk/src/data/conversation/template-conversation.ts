/** Puts messages into the form in which chat templates read them. */
import type { TemplateMessage, ToolDefinition } from "../chat-template.js";
import type { Message } from "../datum.js";

/** What a template renders. */
export interface TemplateConversation {
  readonly messages: readonly TemplateMessage[];
  readonly tools: readonly ToolDefinition[] | undefined;
}

/** How a family's template reads the assistant's tool calls. */
export interface ToolCallForm {
  /** What an empty text beside tool calls is. */
  readonly emptyContent: "" | null;
  readonly arguments: "object" | "json";
}

/** The forms that families use, the commonest first. */
export const toolCallForms: readonly ToolCallForm[] = [
  { emptyContent: "", arguments: "object" },
  { emptyContent: null, arguments: "object" },
  { emptyContent: "", arguments: "json" },
  { emptyContent: null, arguments: "json" },
];

/** A message for a template, which must not see how much it is learnt. */
export function templateMessage(message: Message, form: ToolCallForm): TemplateMessage {
  const { weight: _, ...rest } = message;
  if (rest.tool_calls === undefined) return rest;
  const calls = rest.tool_calls.map((call) =>
    form.arguments === "object"
      ? call
      : { ...call, function: { ...call.function, arguments: JSON.stringify(call.function.arguments) } },
  );
  return { ...rest, content: rest.content === "" ? form.emptyContent : rest.content, tool_calls: calls };
}
