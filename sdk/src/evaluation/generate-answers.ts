/** Answers prompts of any number: what `client.generate` does. */
import type { GenerateSettings } from "../config/generate-options.js";
import type { ChatTemplate } from "../data/chat-template.js";
import type { Message } from "../data/datum.js";
import type { Tokenizer } from "../data/tokenizer.js";
import type { ModelCard } from "../layers/model-card.js";
import type { Completion, Inference } from "./inference.js";
import { encodePrompt } from "./prompts.js";

/** An answer, with the index of its prompt. */
export type Answer = Completion;

/** What answering needs of the client. */
export interface AnswerSurroundings {
  readonly inference: Inference;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly limits: { readonly maxRequestSequences: number };
}

/** Yields each answer as it finishes. More prompts than one call may hold are sent in several, one after the other. */
export async function* generateAnswers(
  { inference, card, tokenizer, template, limits }: AnswerSurroundings,
  prompts: readonly (string | readonly Message[])[],
  { model, maxNewTokens, picking, stopStrings, signal }: GenerateSettings,
): AsyncGenerator<Answer, void, undefined> {
  const encoded = prompts.map((prompt) => encodePrompt(prompt, tokenizer, template).tokenIds);
  for (let start = 0; start < encoded.length; start += limits.maxRequestSequences) {
    const slice = encoded.slice(start, start + limits.maxRequestSequences);
    const stopTokenIds = card.specialTokens.eosIds;
    const request = { model, prompts: slice, maxNewTokens, picking, stopTokenIds, stopStrings, maxBatchRows: 0 };
    for await (const completion of inference.generate(request, signal)) {
      yield { ...completion, index: start + completion.index };
    }
  }
}
