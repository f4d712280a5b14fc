/** Cuts a long text into windows, so that each of its tokens is scored once. */
import type { ScoredSequence } from "./encode-continuation.js";

/** How long windows are. */
export interface WindowSize {
  /** Most tokens that the model is given of a window, context included; a window has one more, its last. */
  readonly maxSequenceTokens: number;
  /** Most scored tokens of a window after the first; undefined: all but one token of context. */
  readonly strideTokens?: number | undefined;
}

/**
 * The first window scores as many tokens as fit after `startIds`; each later one the next `strideTokens`, after as many
 * earlier tokens as fit. Without a stride as `get_rolling_token_windows` of lm-evaluation-harness has it (lm_eval/utils.py):
 * a later window has one token of context, and the last one, being shorter, has more. A text without tokens has one window,
 * which scores nothing.
 */
export function scoringWindows(
  tokenIds: readonly number[],
  startIds: readonly number[],
  { maxSequenceTokens, strideTokens }: WindowSize,
): readonly ScoredSequence[] {
  const most = mostScoredTokens(maxSequenceTokens);
  const first = tokenIds.slice(0, most - startIds.length);
  const windows: ScoredSequence[] = [{ tokenIds: [...startIds, ...first], from: startIds.length }];
  const stride = Math.min(strideTokens ?? maxSequenceTokens, maxSequenceTokens);
  for (let scored = first.length; scored < tokenIds.length; ) {
    const end = Math.min(scored + stride, tokenIds.length);
    const window = tokenIds.slice(Math.max(0, end - most), end);
    windows.push({ tokenIds: window, from: window.length - (end - scored) });
    scored = end;
  }
  return windows;
}

/** Tokens of the longest sequence that can be scored: the last one is judged, and never given to the model. */
export function mostScoredTokens(maxSequenceTokens: number): number {
  return maxSequenceTokens + 1;
}
