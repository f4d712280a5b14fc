/** Cuts a long text into windows, so that each of its tokens is scored once. */
import type { ScoredSequence } from "./encode-continuation.js";

/** How long windows are. */
export interface WindowSize {
  /** Most tokens of a window, context included; at least 2. */
  readonly maxSequenceTokens: number;
  /** Most scored tokens of a window after the first; undefined: all but one token of context. */
  readonly strideTokens?: number | undefined;
}

/**
 * The first window scores as many tokens as fit after `startIds`; each later one the next `strideTokens`, after as many
 * earlier tokens as fit. Without a stride as `get_rolling_token_windows` of lm-evaluation-harness has it (lm_eval/utils.py):
 * a later window has one token of context, and the last one, being shorter, has more; but the reference's windows are one
 * token longer, since it does not count the last, which the model is not given. A text without tokens has one window,
 * which scores nothing.
 */
export function scoringWindows(
  tokenIds: readonly number[],
  startIds: readonly number[],
  { maxSequenceTokens, strideTokens }: WindowSize,
): readonly ScoredSequence[] {
  const first = tokenIds.slice(0, maxSequenceTokens - startIds.length);
  const windows: ScoredSequence[] = [{ tokenIds: [...startIds, ...first], from: startIds.length }];
  const stride = Math.min(strideTokens ?? maxSequenceTokens - 1, maxSequenceTokens - 1);
  for (let scored = first.length; scored < tokenIds.length; ) {
    const end = Math.min(scored + stride, tokenIds.length);
    const window = tokenIds.slice(Math.max(0, end - maxSequenceTokens), end);
    windows.push({ tokenIds: window, from: window.length - (end - scored) });
    scored = end;
  }
  return windows;
}
