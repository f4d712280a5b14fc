/** Counts what training leaves out of the data because the caller asked for it. */
import type { Source } from "./datum.js";
import type { Cut } from "./fit-length.js";

/** Why rows are left out whole. */
export type DropReason = "too-long" | "no-trained-token";

/** What rows lose. */
export interface LostTokens {
  /** Tokens that the model does not see, neither as context nor as what is learnt. */
  readonly tokens: number;
  /** Tokens that would have been learnt and are not. */
  readonly trainedTokens: number;
}

/** Rows with the same fate, counted. */
export interface Omission<Reason extends string = DropReason | Cut> extends LostTokens {
  readonly reason: Reason;
  readonly rows: number;
  /** The first `shownPlaces` of these rows. */
  readonly places: readonly Source[];
}

/** Places that are kept of rows of one kind. */
export const shownPlaces = 20;

/** Gathers omissions in bounded memory. */
export class OmissionLog<Reason extends string> {
  readonly #byReason = new Map<Reason, Omission<Reason>>();

  add(reason: Reason, source: Source, lost: LostTokens): void {
    const before = this.#byReason.get(reason) ?? { rows: 0, tokens: 0, trainedTokens: 0, places: [] };
    this.#byReason.set(reason, {
      reason,
      rows: before.rows + 1,
      tokens: before.tokens + lost.tokens,
      trainedTokens: before.trainedTokens + lost.trainedTokens,
      places: before.places.length < shownPlaces ? [...before.places, source] : before.places,
    });
  }

  /** One entry for each reason that occurred, in the order in which they did. */
  get omissions(): readonly Omission<Reason>[] {
    return [...this.#byReason.values()];
  }
}
