/** The errors of rows that can be read but not trained on as they are. */
import { DataError, type Fault, TokenizerError } from "../errors.js";
import type { Datum, Source } from "./datum.js";
import type { FaultLog } from "./fault-log.js";
import { describeHistogram, type LengthHistogram } from "./length-histogram.js";
import { placeOf } from "./place.js";

/** The example is longer than the limit. */
export function longerThanLimit({ source, tokenIds }: Datum): Fault {
  const found = `${tokenIds.length} tokens`;
  return { where: placeOf(source), problem: "the row is longer than maxTokens", found, check: "sequence_too_long" };
}

/** Nothing of the example is learnt; `wasCut` where something was before it was cut to length. */
export function nothingLearnt(source: Source, wasCut: boolean): Fault {
  const where = placeOf(source);
  const check = "no_trained_token";
  if (!wasCut) return { where, problem: "no token of the row would be learnt", check };
  const problem = "no token that is left of the row, cut to maxTokens, would be learnt";
  return { where, problem, wanted: "a larger maxTokens, or a cut that keeps the answer", check };
}

/** Rows that nothing is wrong with but that the template can't be followed on. Closes the log. */
export function templateFails(log: FaultLog, failed: number, rows: number): TokenizerError {
  return new TokenizerError({
    code: "chat-template",
    what: `The model's chat template fails on ${failed} of ${rows} rows.`,
    ...log.close(rows),
    nextStep: "give these rows as prompt and completion, or use a model whose template renders them",
  });
}

/** Rows over the limit; `lengths` are those of all rows. Closes the log. */
export function tooLongRows(log: FaultLog, lengths: LengthHistogram, maxTokens: number): DataError {
  const { count, longest, buckets } = lengths;
  return new DataError({
    code: "sequence-too-long",
    what: `${log.rows} of ${count} rows are longer than ${maxTokens} tokens.`,
    found: describeHistogram(buckets),
    wanted: `at most ${maxTokens} tokens a row`,
    ...log.close(count),
    nextStep:
      `maxTokens: ${longest} fits every row, if the model's context is that long; tooLong: "drop" leaves these rows ` +
      `out, "truncate-start", "truncate-end" and "split" cut them; each counts them`,
  });
}

/** Every row was left out. */
export function nothingLeft(dropped: readonly { readonly reason: string; readonly rows: number }[]): DataError {
  return new DataError({
    code: "invalid-data",
    what: "No example is left to train on.",
    found: dropped.map(({ reason, rows }) => `${rows} rows left out as ${reason}`).join(", "),
    wanted: "at least one example",
    nextStep: "raise maxTokens, or give other examples",
  });
}
