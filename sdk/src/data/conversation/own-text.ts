/** Finds what in a turn is the speaker's own: after the header that the template writes, before what it adds at the end. */
import { TokenizerError } from "../../errors.js";
import type { ChatTemplate, TemplateMessage } from "../chat-template.js";
import type { Message } from "../datum.js";
import type { TemplateConversation } from "./template-conversation.js";
import type { RenderedConversation, Span } from "./turn-recorder.js";

/** A conversation, and the text that a template made of it. */
export interface Rendering {
  readonly template: ChatTemplate;
  readonly conversation: TemplateConversation;
  readonly roles: readonly Message["role"][];
  readonly rendered: RenderedConversation;
}

/** Two texts with nothing in common, which no template trims or reads a meaning into. */
const probes = ["0", "x"];

/**
 * Where the speakers' own texts stand, for the given turns.
 *
 * The assistant's begins where the generation prompt ends, since all that follows the model has to write itself; it ends
 * with the turn. Where the turn does not begin with the generation prompt, as in families that open the model's thoughts
 * there, and for other speakers, the header is what stays the same whatever the turn says; other speakers' texts end
 * likewise before what always follows. Throws TokenizerError "chat-template" where that can't be told.
 */
export function ownTexts(rendering: Rendering, turns: readonly number[]): Span[] {
  const { rendered, roles } = rendering;
  const lastAnswer = turns.findLast((turn) => roles[turn] === "assistant");
  const prompt = lastAnswer === undefined ? undefined : generationPrompt(rendering, lastAnswer);
  let others: readonly RenderedConversation[] | undefined;
  return turns.map((turn) => {
    const span = turnSpan(rendered, turn, roles);
    const isAnswer = roles[turn] === "assistant";
    if (isAnswer && prompt && rendered.text.startsWith(prompt, span.start)) {
      return { start: span.start + prompt.length, end: span.end };
    }
    others ??= renderProbes(rendering, new Set(turns.map((each) => roles[each])));
    const { header, footer } = constantParts(turn, [rendered, ...others], roles);
    return { start: span.start + header, end: isAnswer ? span.end : Math.max(span.start + header, span.end - footer) };
  });
}

/** Where the given turns stand, header and all. Throws TokenizerError "chat-template" where that can't be told. */
export function wholeTurns({ rendered, roles }: Rendering, turns: readonly number[]): Span[] {
  return turns.map((turn) => turnSpan(rendered, turn, roles));
}

/** What the model is given after the messages before a turn; undefined where the template refuses to say. */
function generationPrompt({ template, conversation, rendered }: Rendering, turn: number): string | undefined {
  const { tools } = conversation;
  const before = conversation.messages.slice(0, turn);
  const start = rendered.turns[turn]?.start ?? 0;
  try {
    const asked = template.render(before, { addGenerationPrompt: true, tools });
    if (asked.length >= start && rendered.text.startsWith(asked)) return asked.slice(start);
    const plain = template.render(before, { addGenerationPrompt: false, tools });
    return asked.startsWith(plain) ? asked.slice(plain.length) : undefined;
  } catch (error) {
    if (error instanceof TokenizerError) return undefined;
    throw error;
  }
}

/** The conversation with other words: every message of these roles says a probe. */
function renderProbes(
  { template, conversation, roles }: Rendering,
  spoken: ReadonlySet<unknown>,
): RenderedConversation[] {
  return probes.map((content) => {
    const messages = conversation.messages.map((message, index): TemplateMessage => {
      const role = roles[index];
      return spoken.has(role) ? { ...named(message), role, content } : message;
    });
    return template.renderTurns(messages, conversation.tools);
  });
}

/** What templates ask of a message beside its text: a tool's result must name its call. */
function named(message: TemplateMessage): TemplateMessage {
  return "tool_call_id" in message ? { tool_call_id: message.tool_call_id } : {};
}

/** Characters that a turn begins and ends with in all renderings. Spaces at the header's end belong to the first word. */
function constantParts(
  turn: number,
  renderings: readonly RenderedConversation[],
  roles: readonly Message["role"][],
): { readonly header: number; readonly footer: number } {
  const [first = "", ...others] = renderings.map((each) => {
    const { start, end } = turnSpan(each, turn, roles);
    return each.text.slice(start, end);
  });
  const shortest = Math.min(first.length, ...others.map(({ length }) => length));
  let header = 0;
  while (header < shortest && others.every((other) => other[header] === first[header])) header += 1;
  let footer = 0;
  while (footer < shortest - header && others.every((other) => other.at(-footer - 1) === first.at(-footer - 1)))
    footer += 1;
  return { header: first.slice(0, header).replace(/ +$/, "").length, footer };
}

function turnSpan({ turns }: RenderedConversation, turn: number, roles: readonly Message["role"][]): Span {
  const span = turns[turn];
  if (span !== undefined) return span;
  throw new TokenizerError({
    code: "chat-template",
    what: "The chat template writes a message to be learnt nowhere, or not in one place.",
    found: `messages[${turn}] of role "${roles[turn]}"`,
    wanted: "a template that writes each message in one round of a loop over the messages",
  });
}
