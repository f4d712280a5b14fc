/** Turns a context and a continuation into tokens, of which the continuation's are scored. */
import type { EvaluationContext } from "./context.js";
import type { ScoreRequest } from "./inference.js";
import { encodePrompt } from "./prompts.js";
import { scoringWindows } from "./scoring-windows.js";
import type { Continuation } from "./task.js";

/** A sequence whose tokens from `from` on are scored. */
export type ScoredSequence = ScoreRequest["sequences"][number];

/** How a text that nothing precedes may be cut. */
export interface Cutting {
  readonly strideTokens?: number | undefined;
}

/**
 * The sequences in which a continuation is scored: one, but for a text without context that is longer than the model
 * takes.
 */
export function encodeContinuation(
  continuation: Continuation,
  context: EvaluationContext,
  { strideTokens }: Cutting = {},
): readonly ScoredSequence[] {
  if (continuation.context !== "") return [encodeAfterContext(continuation, context)];
  const { tokenizer, emptyContextIds, maxSequenceTokens } = context;
  return scoringWindows(tokenizer.encode(continuation.text), emptyContextIds, { maxSequenceTokens, strideTokens });
}

/**
 * Encodes a raw context together with the continuation, so that tokens may not be cut otherwise than in running text, and
 * takes what follows the context's own tokens for the continuation. White space at the end of the context goes to the
 * continuation first, since many tokenizers join it to the word that follows. Both as `_encode_pair` of
 * lm-evaluation-harness does it (lm_eval/api/model.py). After a conversation the continuation is encoded by itself.
 */
function encodeAfterContext(
  { context, text }: Continuation,
  { tokenizer, template }: EvaluationContext,
): ScoredSequence {
  if (typeof context !== "string") {
    const contextIds = encodePrompt(context, tokenizer, template).tokenIds;
    return { tokenIds: [...contextIds, ...tokenizer.encode(text)], from: contextIds.length };
  }
  const trimmed = context.trimEnd();
  const moved = context.slice(trimmed.length);
  const { startIds } = tokenizer.special;
  const whole = tokenizer.encode(trimmed + moved + text);
  return { tokenIds: [...startIds, ...whole], from: startIds.length + tokenizer.encode(trimmed).length };
}
