/** The two values data preparation turns into each other: an example as the user wrote it, and tokens with weights. */

/** Where an example comes from. */
export interface Source {
  /** File name as the user gave it, or "(memory)". */
  readonly file: string;
  /** Line from 1, or position in an array from 1. */
  readonly line: number;
}

/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A training example in one of its three shapes. */
export type Example =
  | { readonly kind: "messages"; readonly messages: readonly Message[]; readonly source: Source }
  | {
      readonly kind: "prompt-completion";
      readonly prompt: string;
      readonly completion: string;
      readonly source: Source;
    }
  | { readonly kind: "text"; readonly text: string; readonly source: Source };

/** An example ready for the model. */
export interface Datum {
  readonly tokenIds: readonly number[];
  /** One weight a token: 0 = context, 1 = learnt. Same length as tokenIds. */
  readonly lossWeights: readonly number[];
  readonly source: Source;
}
