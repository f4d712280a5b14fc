/** What an evaluation needs from its surroundings, as interfaces: the client gives the real ones, tests their own. */
import type { TemplateMessage } from "../data/chat-template.js";
import type { Tokenizer } from "../data/tokenizer.js";
import type { Inference, ModelReference } from "./inference.js";

/** What an evaluation needs of the model's tokenizer. */
export interface PromptTokenizer extends Pick<Tokenizer, "encodeParts" | "controlPlaces"> {
  /** Ids of a text, none added. Text that looks like a control token becomes one, as the chat template needs. */
  encode(text: string): readonly number[];
  readonly special: {
    /** Ids that the model expects before a raw text, such as its bos. */
    readonly startIds: readonly number[];
    /** Texts that become control tokens wherever they stand. */
    readonly controlTexts: readonly string[];
  };
}

/** The model's chat template. */
export interface PromptTemplate {
  readonly hash: string;
  render(messages: readonly TemplateMessage[], options: { readonly addGenerationPrompt: boolean }): string;
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
  readonly template: PromptTemplate;
  /** What stands before a text that nothing precedes: the tokenizer's start tokens, else bos, else eos; at least one. */
  readonly emptyContextIds: readonly number[];
  /** Ids that end an answer. */
  readonly stopTokenIds: readonly number[];
  /** Most tokens of prompt and answer together. */
  readonly maxSequenceTokens: number;
  /** Most prompts of one call; more are sent in several. */
  readonly maxRequestSequences: number;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
