/** What an evaluation needs from its surroundings, as interfaces: the client gives the real ones, tests their own. */
import type { TemplateMessage } from "../data/chat-template.js";
import type { Tokenizer } from "../data/tokenizer.js";
import type { AnswerCache } from "./answers/answer-cache.js";
import type { Inference, ModelReference } from "./inference.js";
import type { ModelIdentity } from "./model-identity.js";

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
  /** Answers so far, or scored texts: a question with four choices has four. */
  readonly done: number;
  readonly total: number;
  /** Of `done`, those kept from an earlier evaluation. */
  readonly reused: number;
  /** Seconds that the rest takes by the pace so far, 0 or more; undefined until a twentieth is done. */
  readonly secondsLeft: number | undefined;
}

/** Everything around a task. */
export interface EvaluationContext {
  readonly inference: Inference;
  readonly model: ModelReference;
  /** Which weights a reference means now. */
  readonly identify: (model: ModelReference) => Promise<ModelIdentity>;
  /** Answers kept from earlier evaluations, and where new ones go; undefined: none are kept. */
  readonly answers?: AnswerCache | undefined;
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
