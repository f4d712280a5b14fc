/** Renders conversations to text, as the model's own chat template has it. */
import { createHash } from "node:crypto";
import { Template } from "@huggingface/jinja";
import { TokenizerError } from "../errors.js";
import type { TextCard } from "../layers/model-card.js";
import type { Message } from "./datum.js";
import { readSpecialTokens } from "./special-tokens.js";
import { strftime } from "./strftime.js";

/** A conversation's text form. */
export interface ChatTemplate {
  /**
   * Renders messages; with addGenerationPrompt up to where the assistant's next answer begins. Equal to transformers'
   * apply_chat_template. Throws TokenizerError "chat-template" where the template refuses the messages.
   */
  render(messages: readonly Message[], options: { readonly addGenerationPrompt: boolean }): string;
  /** SHA-256 of the template's source, lower-case hex. */
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

/** @huggingface/jinja 0.5.11 forgets what a loop's turn has written before one of these; transformers keeps it. */
const loopControl = /\{%-?\s*(break|continue)\s*-?%\}/;

/**
 * @huggingface/jinja writes months in the machine's language, transformers in English; its function can't be replaced
 * from outside. The line feed after this block is the one that trim_blocks takes away.
 */
const englishDates = "{% set strftime_now = english_now %}";

/** Makes the chat template of a model. Throws TokenizerError "chat-template" where its source is no valid template. */
export function createChatTemplate(card: TextCard): ChatTemplate {
  const source = card.chatTemplate ?? plainTemplate;
  const { byName, start, end = "" } = readSpecialTokens(card);
  const names = card.chatTemplate === undefined ? { start, end } : byName;
  const template = parse(source, card);
  return {
    render: (messages, { addGenerationPrompt }) => {
      if (loopControl.test(source)) throw unsupported(card);
      try {
        // transformers passes tools and documents as None, which templates can tell from undefined.
        const given = { messages, tools: null, documents: null, add_generation_prompt: addGenerationPrompt };
        return template.render({ english_now: (format: string) => strftime(new Date(), format), ...names, ...given });
      } catch (cause) {
        throw refused(card, cause);
      }
    },
    hash: createHash("sha256").update(source).digest("hex"),
    origin: card.chatTemplate === undefined ? "plain" : "model",
  };
}

function parse(source: string, card: TextCard): Template {
  try {
    return new Template(`${englishDates}\n${source}`);
  } catch (cause) {
    throw new TokenizerError({
      code: "chat-template",
      what: `The chat template of ${card.name} is no valid template.`,
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a Jinja template as transformers takes it",
      cause,
    });
  }
}

function unsupported(card: TextCard): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: `The chat template of ${card.name} can't be rendered on the client as transformers renders it.`,
    found: "{% break %} or {% continue %}",
    wanted: "a template without them",
    nextStep: "give the data as prompt and completion",
  });
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
