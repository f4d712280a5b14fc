/** Turns a context and a continuation into tokens, of which the continuation's are scored. */
import type { EvaluationContext } from "./context.js";
import type { ScoreRequest } from "./inference.js";
import { encodePrompt } from "./prompts.js";
import type { Continuation } from "./task.js";

/** A sequence whose tokens from `from` on are scored. */
export type ScoredSequence = ScoreRequest["sequences"][number];

/**
 * Encodes a raw context together with the continuation, so that tokens may not be cut otherwise than in running text, and
 * takes what follows the context's own tokens for the continuation. White space at the end of the context goes to the
 * continuation first, since many tokenizers join it to the word that follows. Both as `_encode_pair` of
 * lm-evaluation-harness does it (lm_eval/api/model.py). After a conversation the continuation is encoded by itself. With
 * no context at all the model's first token stands before it, since a first token can't be scored.
 */
export function encodeContinuation(
  { context, text }: Continuation,
  { tokenizer, template, emptyContextIds }: EvaluationContext,
): ScoredSequence {
  if (typeof context !== "string") {
    const contextIds = encodePrompt(context, tokenizer, template).tokenIds;
    return { tokenIds: [...contextIds, ...tokenizer.encode(text)], from: contextIds.length };
  }
  if (context === "")
    return { tokenIds: [...emptyContextIds, ...tokenizer.encode(text)], from: emptyContextIds.length };
  const trimmed = context.trimEnd();
  const moved = context.slice(trimmed.length);
  const { startIds } = tokenizer.special;
  const whole = tokenizer.encode(trimmed + moved + text);
  return { tokenIds: [...startIds, ...whole], from: startIds.length + tokenizer.encode(trimmed).length };
}
