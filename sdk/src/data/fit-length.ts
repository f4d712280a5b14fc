/** Brings an example down to the length limit, as the caller asked for it. */
import { OptionsError } from "../errors.js";
import { countTrained } from "./count-trained.js";
import type { Datum } from "./datum.js";
import type { LostTokens } from "./omissions.js";

/** What happens with an example that is longer than the limit. "error" and "drop" take it whole or not at all. */
export type TooLong = "error" | "drop" | "truncate-start" | "truncate-end" | "split";

/** The ways to keep a part of an example. */
export type Cut = Exclude<TooLong, "error" | "drop">;

/**
 * The parts of an example that are kept, each at most `maxTokens` long. Those without a trained token are among them.
 *
 * - "truncate-end" keeps the beginning. The end token goes with the end: kept, it would teach to stop in mid-sentence.
 * - "truncate-start" keeps the end, behind the tokenizer's own start tokens where the example has them.
 * - "split" makes parts that follow each other without overlap, each behind the start tokens.
 *
 * A part that does not begin where the example does has weight 0 on its first own token, which nothing before predicts.
 * Throws OptionsError where `maxTokens` leaves no room behind the start tokens.
 */
export function cutToLength(
  datum: Datum,
  cut: Cut,
  { maxTokens, startIds }: { readonly maxTokens: number; readonly startIds: readonly number[] },
): readonly Datum[] {
  const start = beginsWith(datum, startIds) ? startIds : [];
  const room = maxTokens - start.length;
  if (room < 2) throw noRoom(maxTokens, start.length);
  const length = datum.tokenIds.length;
  const from = (place: number) => partOf(datum, start, place, Math.min(length, place + room));
  switch (cut) {
    case "truncate-end":
      return [from(start.length)];
    case "truncate-start":
      return [from(length - room)];
    case "split": {
      const parts = Math.ceil((length - start.length) / room);
      return Array.from({ length: parts }, (_, part) => from(start.length + part * room));
    }
  }
}

/** Tokens of an example that are in none of the parts that were kept of it; start tokens that parts repeat aside. */
export function lostTokens(datum: Datum, kept: readonly Datum[], startIds: readonly number[]): LostTokens {
  const start = beginsWith(datum, startIds) ? startIds.length : 0;
  const own = (parts: readonly Datum[]) => parts.reduce((sum, { tokenIds }) => sum + tokenIds.length - start, 0);
  const trained = (parts: readonly Datum[]) => parts.reduce((sum, part) => sum + countTrained(part), 0);
  return { tokens: own([datum]) - own(kept), trainedTokens: trained([datum]) - trained(kept) };
}

function partOf(datum: Datum, start: readonly number[], from: number, to: number): Datum {
  const weights = datum.lossWeights.slice(from, to);
  if (from > start.length || start.length === 0) weights[0] = 0;
  return {
    tokenIds: [...start, ...datum.tokenIds.slice(from, to)],
    lossWeights: [...datum.lossWeights.slice(0, start.length), ...weights],
    source: datum.source,
  };
}

function beginsWith({ tokenIds }: Datum, startIds: readonly number[]): boolean {
  return startIds.every((id, position) => id === tokenIds[position]);
}

function noRoom(maxTokens: number, startTokens: number): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: "maxTokens leaves nothing of a cut example to learn from.",
    found: `maxTokens: ${maxTokens}, of which ${startTokens} go to the tokenizer's start tokens`,
    wanted: `at least ${startTokens + 2}`,
  });
}
