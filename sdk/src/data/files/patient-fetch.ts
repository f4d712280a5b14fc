/** fetch that waits out a busy or restarting server. */
import { setTimeout as delay } from "node:timers/promises";
import { answeredWithin } from "./abortable.js";

const tries = 4;
const answerSeconds = 60;
const firstPauseSeconds = 0.5;
/** A server that asks for a longer wait is not waited for: its answer goes to the caller. */
const longestPauseSeconds = 60;
const passing = new Set([408, 429, 500, 502, 503, 504]);

/**
 * As fetch, but asks up to four times where the server is busy (408, 429, 5xx), can't be reached, or
 * does not answer within a minute: after as long as its
 * Retry-After says, else after 0.5, 1 and 2 seconds. Gives the last answer, whatever its status; throws what fetch throws.
 */
export async function patientFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const ask = (signal: AbortSignal) => fetch(input, { ...init, signal });
    const outcome = await answeredWithin(answerSeconds, init?.signal, ask).catch((error: unknown) => ({ error }));
    const pause = attempt < tries && !init?.signal?.aborted ? pauseAfter(outcome, attempt) : undefined;
    if (pause !== undefined) {
      if (!("error" in outcome)) await outcome.body?.cancel();
      await delay(pause * 1000, undefined, init?.signal ? { signal: init.signal } : {});
    } else if ("error" in outcome) {
      throw outcome.error;
    } else {
      return outcome;
    }
  }
}

/** Seconds until the next try; undefined where a new try can't help. */
function pauseAfter(outcome: Response | { readonly error: unknown }, attempt: number): number | undefined {
  const usual = firstPauseSeconds * 2 ** (attempt - 1);
  if ("error" in outcome) return usual;
  if (!passing.has(outcome.status)) return undefined;
  const asked = retryAfterSeconds(outcome.headers.get("retry-after"));
  return asked !== undefined && asked > longestPauseSeconds ? undefined : (asked ?? usual);
}

/** Retry-After holds seconds or a date (RFC 9110, 10.2.3). */
function retryAfterSeconds(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
