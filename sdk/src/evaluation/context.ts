/** What an evaluation needs from its surroundings, as interfaces: the client gives the real ones, tests their own. */
import type { Message } from "../data/datum.js";
import type { Inference, ModelReference } from "./inference.js";

/** Turns text into token ids. Text that looks like a control token becomes one, as the chat template needs. */
export interface PromptTokenizer {
  encode(text: string): readonly number[];
}

/** The model's chat template. */
export interface PromptTemplate {
  readonly hash: string;
  render(messages: readonly Message[], options: { readonly addGenerationPrompt: boolean }): string;
}

/** How far one task has come on one model. */
export interface EvaluationProgress {
  readonly task: string;
  readonly model: ModelReference;
  /** Items answered or scored so far. */
  readonly done: number;
  readonly total: number;
}

/** Everything around a task. */
export interface EvaluationContext {
  readonly inference: Inference;
  readonly model: ModelReference;
  readonly tokenizer: PromptTokenizer;
  /** Undefined for a model without one; tasks whose prompts are conversations then fail. */
  readonly template: PromptTemplate | undefined;
  /** Ids that end an answer. */
  readonly stopTokenIds: readonly number[];
  /** Most tokens of prompt and answer together. */
  readonly maxSequenceTokens: number;
  /** Most prompts of one call; more are sent in several. */
  readonly maxRequestSequences: number;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
