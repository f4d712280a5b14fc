/** Renders and encodes the prompts of a task, and refuses those that the model would misread or could not answer. */
import { showFound } from "../config/show-found.js";
import type { TemplateConversation } from "../data/conversation/template-conversation.js";
import { typedControlPlaces } from "../data/conversation/typed-control-texts.js";
import type { Message } from "../data/datum.js";
import { EncodingRefused } from "../data/tokenization/part-encoder.js";
import { type ErrorParts, EvaluationError, type Fault } from "../errors.js";
import type { EvaluationContext, PromptTemplate, PromptTokenizer } from "./context.js";
import { jsonHash } from "./json-hash.js";

/** A conversation to be answered, or a raw text to be continued. */
export type Prompt = readonly Message[] | string;

/** A prompt as the model is given it. */
export interface EncodedPrompt {
  /** Rendered text, without the start tokens of a raw text. */
  readonly text: string;
  readonly tokenIds: readonly number[];
}

/** All prompts of a task, one entry an item. */
export interface PreparedPrompts {
  readonly texts: readonly string[];
  readonly tokenIds: readonly (readonly number[])[];
  /** "sha256:" and hex over all texts. */
  readonly promptHash: string;
  /** Undefined where no prompt was a conversation. */
  readonly templateHash: string | undefined;
}

/**
 * Renders a conversation by the chat template; a string stays as it stands, after the tokenizer's start tokens. Texts of
 * control tokens in messages stay text, as in training; in a string they become the tokens. Throws TokenizerError where
 * the template refuses the messages, EncodingRefused where the tokenizer can't read such a text as text.
 */
export function encodePrompt(prompt: Prompt, tokenizer: PromptTokenizer, template: PromptTemplate): EncodedPrompt {
  if (typeof prompt === "string") {
    return { text: prompt, tokenIds: [...tokenizer.special.startIds, ...tokenizer.encode(prompt)] };
  }
  const render = ({ messages }: TemplateConversation) => template.render(messages, { addGenerationPrompt: true });
  const conversation = { messages: prompt, tools: undefined };
  const text = render(conversation);
  const literal = typedControlPlaces(conversation, render, tokenizer);
  return { text, tokenIds: tokenizer.encodeParts([text], literal).tokenIds };
}

/**
 * Encodes every prompt. Throws an EvaluationError that lists all conversations with the text of a control token that
 * can't be read as text, or all prompts which together with `maxNewTokens` exceed the context's maxSequenceTokens.
 */
export function preparePrompts(
  task: { readonly name: string; readonly maxNewTokens: number },
  prompts: readonly Prompt[],
  { tokenizer, template, maxSequenceTokens }: EvaluationContext,
): PreparedPrompts {
  const encoded = encodeAll(task.name, prompts, (prompt) => encodePrompt(prompt, tokenizer, template));
  refuseLongPrompts(task, encoded, maxSequenceTokens);
  const texts = encoded.map(({ text }) => text);
  return {
    texts,
    tokenIds: encoded.map(({ tokenIds }) => tokenIds),
    promptHash: jsonHash(texts),
    templateHash: prompts.some((prompt) => typeof prompt !== "string") ? template.hash : undefined,
  };
}

function encodeAll(
  taskName: string,
  prompts: readonly Prompt[],
  encode: (prompt: Prompt) => EncodedPrompt,
): readonly EncodedPrompt[] {
  const faults: Fault[] = [];
  const encoded = prompts.flatMap((prompt, index) => {
    try {
      return [encode(prompt)];
    } catch (error) {
      if (!(error instanceof EncodingRefused)) throw error;
      const problem = "holds the text of a control token that the tokenizer can't read as text";
      faults.push({ where: `item ${index + 1}`, problem, found: showFound(error.text) });
      return [];
    }
  });
  throwAll(faults, {
    code: "evaluation-failed",
    what: `Task "${taskName}" has ${faults.length} prompt(s) with a message that would steer the model instead of being read.`,
    wanted: "messages without the texts of these control tokens",
    nextStep: "Take these texts out, or write turns as messages; a prompt given as a string may hold them.",
  });
  return encoded;
}

function refuseLongPrompts(
  { name, maxNewTokens }: { readonly name: string; readonly maxNewTokens: number },
  encoded: readonly EncodedPrompt[],
  maxSequenceTokens: number,
): void {
  const faults = encoded.flatMap(({ tokenIds }, index): Fault[] => {
    if (tokenIds.length + maxNewTokens <= maxSequenceTokens) return [];
    return [
      { where: `item ${index + 1}`, problem: "is too long", found: `${tokenIds.length} + ${maxNewTokens} tokens` },
    ];
  });
  throwAll(faults, {
    code: "sequence-too-long",
    what: `Task "${name}" has ${faults.length} prompt(s) that leave too little room for the answer.`,
    wanted: `prompt and answer together within ${maxSequenceTokens} tokens`,
    nextStep: "Shorten these prompts, or lower the task's maxNewTokens.",
  });
}

function throwAll(faults: readonly Fault[], parts: ErrorParts): void {
  if (faults.length > 0) throw new EvaluationError({ ...parts, faults });
}
