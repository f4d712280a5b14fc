/** The values data preparation turns into each other: an example as the user wrote it, and tokens with weights. */

/** Where an example comes from. */
export interface Source {
  /** File or URL as the user gave it, or "(memory)". */
  readonly file: string;
  /** Line from 1; where there are no lines, as in Parquet or in memory, the row from 1. */
  readonly line: number;
  /** Row from 1, for files whose lines don't tell rows apart: a JSON list. */
  readonly row?: number;
}

/** A call of a tool by the assistant, in the form that chat templates read. */
export interface ToolCall {
  /** Ties the call to the message with its result. */
  readonly id: string;
  readonly type: "function";
  /** `arguments` is an object, also where the data had it as JSON text: templates write it as JSON themselves. */
  readonly function: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
}

/** One turn of a conversation. Its keys are those that chat templates read. */
export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  /** Empty where an assistant's turn is tool calls alone. */
  readonly content: string;
  /** Of the assistant alone, at least one. */
  readonly tool_calls?: readonly ToolCall[];
  /** Of a tool's result alone: the id of the call that it answers. */
  readonly tool_call_id?: string;
  /** Of the speaker or the tool. */
  readonly name?: string;
  /** Of the assistant alone: 0 makes the turn context, 1 (default) lets it be learnt. */
  readonly weight?: 0 | 1;
}

/** A training example in one of its three written shapes. */
export type Example =
  | {
      readonly kind: "messages";
      readonly messages: readonly Message[];
      /** Definitions of the tools that the assistant may call, as JSON schemas; for the chat template. */
      readonly tools?: readonly Readonly<Record<string, unknown>>[];
      readonly source: Source;
    }
  | {
      readonly kind: "prompt-completion";
      readonly prompt: string;
      readonly completion: string;
      readonly source: Source;
    }
  | { readonly kind: "text"; readonly text: string; readonly source: Source };

/** An example whose tokens and weights were given as they are. */
export interface TokenExample extends Datum {
  readonly kind: "tokens";
}

/** What a row of data can hold. */
export type RowExample = Example | TokenExample;

/** An example ready for the model. */
export interface Datum {
  readonly tokenIds: readonly number[];
  /** One weight a token: 0 = context, 1 = learnt. Same length as tokenIds. */
  readonly lossWeights: readonly number[];
  readonly source: Source;
}
