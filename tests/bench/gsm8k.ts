/** GSM8K's rows as conversations. */
import { type Dataset, jsonl } from "midblock";

/** The rows of a file of GSM8K: the question is the user's, the answer the assistant's. */
export function gsm8k(path: string): Dataset {
  return jsonl(path).map((row: { readonly question: string; readonly answer: string }) => ({
    messages: [
      { role: "user", content: row.question },
      { role: "assistant", content: row.answer },
    ],
  }));
}
