/** Renders and encodes the prompts of a task, and refuses those that leave no room for an answer. */
import { createHash } from "node:crypto";
import type { Message } from "../data/datum.js";
import { EvaluationError, type Fault } from "../errors.js";
import type { EvaluationContext, PromptTemplate } from "./context.js";

/** Prompts in the three forms that an evaluation needs, one entry an item. */
export interface PreparedPrompts {
  /** Exactly what the model is given. */
  readonly texts: readonly string[];
  readonly tokenIds: readonly (readonly number[])[];
  /** "sha256:" and hex over all texts. */
  readonly promptHash: string;
  /** Undefined where no prompt was a conversation. */
  readonly templateHash: string | undefined;
}

/**
 * Renders conversations by the chat template, leaves strings as they stand, and encodes both. Throws an
 * EvaluationError that lists every prompt which together with `maxNewTokens` exceeds the context's maxSequenceTokens.
 */
export function preparePrompts(
  task: { readonly name: string; readonly maxNewTokens: number },
  prompts: readonly (readonly Message[] | string)[],
  context: EvaluationContext,
): PreparedPrompts {
  const texts = prompts.map((prompt) => render(prompt, task.name, context.template));
  const tokenIds = texts.map((text) => context.tokenizer.encode(text));
  refuseLongPrompts(task, tokenIds, context.maxSequenceTokens);
  const anyConversation = prompts.some((prompt) => typeof prompt !== "string");
  return {
    texts,
    tokenIds,
    promptHash: `sha256:${createHash("sha256").update(JSON.stringify(texts)).digest("hex")}`,
    templateHash: anyConversation ? context.template?.hash : undefined,
  };
}

function render(prompt: readonly Message[] | string, taskName: string, template: PromptTemplate | undefined): string {
  if (typeof prompt === "string") return prompt;
  if (template === undefined) {
    throw new EvaluationError({
      code: "chat-template",
      what: `Task "${taskName}" asks in conversations, but the model has no chat template.`,
      wanted: "a model with a chat template, or a task whose prompts are strings",
    });
  }
  return template.render(prompt, { addGenerationPrompt: true });
}

function refuseLongPrompts(
  task: { readonly name: string; readonly maxNewTokens: number },
  tokenIds: readonly (readonly number[])[],
  maxSequenceTokens: number,
): void {
  const faults = tokenIds.flatMap((ids, index): Fault[] => {
    const needed = ids.length + task.maxNewTokens;
    if (needed <= maxSequenceTokens) return [];
    return [
      { where: `item ${index + 1}`, problem: "is too long", found: `${ids.length} + ${task.maxNewTokens} tokens` },
    ];
  });
  if (faults.length === 0) return;
  throw new EvaluationError({
    code: "sequence-too-long",
    what: `Task "${task.name}" has ${faults.length} prompt(s) that leave too little room for the answer.`,
    wanted: `prompt and answer together within ${maxSequenceTokens} tokens`,
    nextStep: "Shorten these prompts, or lower the task's maxNewTokens.",
    faults,
  });
}
