/** Renders conversations to text, as the model's own chat template has it. */
import { createHash } from "node:crypto";
import { parse, tokenize } from "@huggingface/jinja";
import { TokenizerError } from "../errors.js";
import type { TextCard } from "../layers/model-card.js";
import { runTemplate } from "./conversation/template-interpreter.js";
import { type TemplateNode, withWrites } from "./conversation/template-program.js";
import { type RenderedConversation, TurnRecorder } from "./conversation/turn-recorder.js";
import type { Message } from "./datum.js";
import { readSpecialTokens } from "./special-tokens.js";
import { defaultTemplateDate, noonOf } from "./template-date.js";
import { checkTemplateProbe, type ProbeMessages } from "./template-probe.js";

/** A definition of a tool, as a JSON schema. */
export type ToolDefinition = Readonly<Record<string, unknown>>;

/** A message as a template is given it: a Message, or one with its content or arguments in the form of some family. */
export type TemplateMessage = Message | Readonly<Record<string, unknown>>;

/** A conversation's text form. */
export interface ChatTemplate {
  /**
   * Renders messages; with addGenerationPrompt up to where the assistant's next answer begins. Equal to transformers'
   * apply_chat_template, but for the date that a template may write (see template-date.ts). Throws TokenizerError "chat-template" where the template refuses the messages.
   */
  render(
    messages: readonly TemplateMessage[],
    options: { readonly addGenerationPrompt: boolean; readonly tools?: readonly ToolDefinition[] | undefined },
  ): string;
  /** The same without generation prompt, and where in it each message's turn stands. */
  renderTurns(messages: readonly TemplateMessage[], tools: readonly ToolDefinition[] | undefined): RenderedConversation;
  /** The same template on another day, "YYYY-MM-DD", for templates that write the date. */
  on(date: string): ChatTemplate;
  /** "sha256:" and hex over the template's source. */
  readonly hash: string;
  /** "plain": the model has no template and the one of this file stands in. */
  readonly origin: "model" | "plain";
}

/**
 * Used for models without a chat template. One line a turn, "User: ...", "Assistant: ..." and "System: ...", each
 * assistant turn ended by the end-of-sequence token, the whole begun as the tokenizer begins a text. The generation
 * prompt ends without a space, since tokenizers of this family keep a space with the word after it.
 */
const plainTemplate = `{{- start }}{%- for message in messages %}
{%- if message['role'] == 'assistant' %}{{- 'Assistant: ' + message['content'] + end + '\\n' }}
{%- else %}{{- message['role'].capitalize() + ': ' + message['content'] + '\\n' }}{%- endif %}
{%- endfor %}{%- if add_generation_prompt %}{{- 'Assistant:' }}{%- endif %}`;

/**
 * Makes the chat template of a model, on the default day. Throws TokenizerError "chat-template" where its source is no
 * valid template, and where the card's probe shows that it is rendered otherwise than transformers does.
 */
export function createChatTemplate(card: TextCard): ChatTemplate {
  const at = templateOf(card);
  if (card.templateProbe !== undefined) {
    const render = (messages: ProbeMessages, time: Date) => at(time).render(messages, { addGenerationPrompt: true });
    checkTemplateProbe(card.templateProbe, card.name, render);
  }
  return at(noonOf(defaultTemplateDate));
}

/** The template at any time. */
function templateOf(card: TextCard): (now: Date) => ChatTemplate {
  const source = card.chatTemplate ?? plainTemplate;
  const { byName, start, end = "" } = readSpecialTokens(card);
  const names = card.chatTemplate === undefined ? { start, end } : byName;
  const program = readProgram(source, card);
  const run = (conversation: Conversation, addGenerationPrompt: boolean, now: Date): RenderedConversation => {
    const recorder = new TurnRecorder();
    // transformers passes tools and documents as None, which templates can tell from undefined.
    const given = { ...conversation, documents: null, add_generation_prompt: addGenerationPrompt };
    try {
      runTemplate(program, { variables: { ...names, ...given }, now }, recorder);
    } catch (cause) {
      throw refused(card, cause);
    }
    return recorder.rendered(conversation.messages.length);
  };
  const at = (now: Date): ChatTemplate => ({
    render: (messages, { addGenerationPrompt, tools }) =>
      run({ messages, tools: tools ?? null }, addGenerationPrompt, now).text,
    renderTurns: (messages, tools) => run({ messages, tools: tools ?? null }, false, now),
    on: (date) => at(noonOf(date)),
    hash: `sha256:${createHash("sha256").update(source).digest("hex")}`,
    origin: card.chatTemplate === undefined ? "plain" : "model",
  });
  return at;
}

interface Conversation {
  readonly messages: readonly TemplateMessage[];
  readonly tools: readonly ToolDefinition[] | null;
}

function readProgram(source: string, card: TextCard): TemplateNode[] {
  try {
    return withWrites(parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })).body);
  } catch (cause) {
    throw new TokenizerError({
      code: "chat-template",
      what: `The chat template of ${card.name} can't be rendered on the client as transformers renders it.`,
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a Jinja template as transformers takes it",
      nextStep: "give the data as prompt and completion",
      cause,
    });
  }
}

function refused(card: TextCard, cause: unknown): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: `The chat template of ${card.name} refuses these messages.`,
    found: cause instanceof Error ? cause.message : String(cause),
    wanted: "roles in the order that the model was made for",
    cause,
  });
}
