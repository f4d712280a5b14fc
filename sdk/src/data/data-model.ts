/** What preparing data needs of a model: how it reads text and conversations, and how long they may be. */
import type { ChatTemplate } from "./chat-template.js";
import type { Tokenizer } from "./tokenizer.js";

/** A model without its weights. `client.model` is one, and `readModelFolder` makes one without a sidecar. */
export interface DataModel {
  /** Name or path it was loaded by. */
  readonly name: string;
  /** Longest sequence in tokens. */
  readonly contextLength: number;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
}
