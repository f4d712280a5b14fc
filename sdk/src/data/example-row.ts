/** The shapes that a row of data can have, as types for programs that make rows. */

/** A message as a row has it; a call's arguments may be JSON text, as OpenAI has them. */
export type MessageRow =
  | { readonly role: "system" | "user"; readonly content: string; readonly name?: string }
  | {
      readonly role: "assistant";
      readonly content?: string | null;
      readonly name?: string;
      readonly tool_calls?: readonly ToolCallRow[];
      readonly weight?: 0 | 1;
    }
  | { readonly role: "tool"; readonly content: string; readonly tool_call_id: string; readonly name?: string };

/** A call of a tool as a row has it. */
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
