/** The shapes that a row of data can have, as types for programs that make rows. */
import type { Message } from "./datum.js";

/** A message as a row has it, less strict than a checked Message: what a role may have is checked with the row. */
export interface MessageRow {
  readonly role: Message["role"];
  /** May be missing or null where there are tool calls. */
  readonly content?: string | null;
  readonly name?: string;
  readonly tool_calls?: readonly ToolCallRow[];
  readonly tool_call_id?: string;
  readonly weight?: 0 | 1;
}

/** A call of a tool as a row has it; its arguments may be JSON text, as OpenAI has them. */
export interface ToolCallRow {
  readonly id: string;
  readonly type?: "function";
  readonly function: { readonly name: string; readonly arguments: string | Readonly<Record<string, unknown>> };
}

/** A row as a file would have it: one of the shapes. */
export type ExampleRow =
  | { readonly messages: readonly MessageRow[]; readonly tools?: readonly Readonly<Record<string, unknown>>[] }
  | {
      readonly conversations: readonly { readonly from: string; readonly value: string }[];
      readonly system?: string;
    }
  | { readonly instruction: string; readonly input?: string; readonly output: string }
  | { readonly prompt: string; readonly completion: string }
  | { readonly text: string }
  | { readonly tokenIds: readonly number[]; readonly lossWeights: readonly number[] };
