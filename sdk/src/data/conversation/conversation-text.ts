/** Renders a conversation for training: with its tool calls in the form that the template reads, and nothing lost. */
import { showFound } from "../../config/show-found.js";
import { TokenizerError } from "../../errors.js";
import type { ChatTemplate, ToolDefinition } from "../chat-template.js";
import type { Message } from "../datum.js";
import { type TemplateConversation, templateMessage, toolCallForms } from "./template-conversation.js";
import type { RenderedConversation } from "./turn-recorder.js";

/** Messages and the tools that the assistant may call. */
export interface WrittenConversation {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[] | undefined;
}

/** A conversation in a template's form, and its text. */
export interface ConversationText {
  readonly conversation: TemplateConversation;
  readonly rendered: RenderedConversation;
}

/**
 * Renders turns; where there are tool calls, in the first of the known forms in which the template writes them all.
 * Throws TokenizerError "chat-template" where it refuses the messages or leaves out calls or tools.
 */
export function conversationText({ messages, tools }: WrittenConversation, template: ChatTemplate): ConversationText {
  const text = inFirstForm(messages, tools, template);
  if (tools !== undefined) refuseLostTools(text, template);
  return text;
}

function inFirstForm(
  messages: readonly Message[],
  tools: readonly ToolDefinition[] | undefined,
  template: ChatTemplate,
): ConversationText {
  const hasCalls = messages.some(({ tool_calls: calls }) => calls !== undefined);
  let failure: unknown;
  for (const form of hasCalls ? toolCallForms : toolCallForms.slice(0, 1)) {
    const conversation = { messages: messages.map((message) => templateMessage(message, form)), tools };
    try {
      const rendered = template.renderTurns(conversation.messages, tools);
      refuseLostCalls(messages, rendered);
      return { conversation, rendered };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function refuseLostCalls(messages: readonly Message[], { text, turns }: RenderedConversation): void {
  for (const [index, { tool_calls: calls = [] }] of messages.entries()) {
    const turn = text.slice(turns[index]?.start ?? 0, turns[index]?.end ?? 0);
    const lost = calls.find(({ function: { name } }) => !turn.includes(name));
    if (lost !== undefined) throw leftOut("a tool call", `messages[${index}] calls ${lost.function.name}`);
  }
}

function refuseLostTools({ conversation, rendered }: ConversationText, template: ChatTemplate): void {
  if (template.render(conversation.messages, { addGenerationPrompt: false }) === rendered.text)
    throw leftOut("the tools", "no trace of them in the text");
}

/**
 * Refuses a learnt turn that the template writes in other words. Families drop what was thought before the last answer,
 * so its last line alone must be there. Throws TokenizerError "chat-template".
 */
export function refuseOtherWords(
  messages: readonly Message[],
  { text, turns }: RenderedConversation,
  learnt: readonly number[],
): void {
  for (const index of learnt) {
    const line = messages[index]?.content.trim().split("\n").at(-1)?.trim() ?? "";
    const turn = turns[index];
    if (turn === undefined) continue;
    const written = text.slice(turn.start, turn.end);
    if (written.includes(line) || written.includes(JSON.stringify(line).slice(1, -1))) continue;
    throw leftOut("what a message says at its end", `messages[${index}] ends with ${showFound(line)}`);
  }
}

function leftOut(what: string, found: string): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: `The chat template leaves out ${what}.`,
    found,
    wanted: "a model whose template writes it, or messages without it",
  });
}
