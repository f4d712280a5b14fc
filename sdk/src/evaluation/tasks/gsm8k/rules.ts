/**
 * How an answer to a GSM8K question is read and judged: strict-match and flexible-extract are those of
 * lm-evaluation-harness's task gsm8k, version 3.0 (lm_eval/tasks/gsm8k/gsm8k.yaml, filters/extraction.py,
 * api/metrics.py), quirks included; the numeric rule is our own.
 */

/** What the reference's filters give where they find nothing. */
export const noAnswer = "[invalid]";

const answerMark = "#### ";

/** First "#### " with a number behind it. Finds nothing in "#### $18". */
export function strictMatch(output: string): string {
  return /#### (-?[0-9.,]+)/.exec(output)?.[1] ?? noAnswer;
}

/** Last run of two or more digits, dots, commas and dollars, or of digits. Finds ".." at the end of "and so on...". */
export function flexibleExtract(output: string): string {
  let last: string | undefined;
  for (const match of output.matchAll(/(-?[$0-9.,]{2,})|(-?[0-9]+)/g)) last = match[0];
  return last ?? noAnswer;
}

/**
 * Equal as texts, once commas, dollar signs, all up to the last "#### " and a dot at the end are taken from both, and case
 * is gone: "18.00" is not 18.
 */
export function exactMatch(extracted: string, target: string): boolean {
  return withoutIgnored(extracted) === withoutIgnored(target);
}

function withoutIgnored(text: string): string {
  const plain = text.replaceAll(",", "").replaceAll("$", "");
  // The reference's expression for this would take the square of the length.
  const mark = plain.lastIndexOf(answerMark);
  return plain
    .slice(mark < 0 ? 0 : mark + answerMark.length)
    .replace(/\.(?=\n?$)/, "") // Python's $ also matches before a line break at the end.
    .toLowerCase();
}

/** A number as people write it: thousands apart by commas, a fraction of digits, no exponent. */
const number = /-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+/g;
const closeness = 1e-6;

/**
 * Our lenient rule, "numeric", version 1: the first number after the last "####", else after the last "answer is" (case
 * aside), else the last number of the output; a "$" before it and a unit after it don't matter. Undefined where there is
 * no number. "18.00", "$18" and "18 apples" are 18.
 */
export function numericAnswer(output: string): number | undefined {
  const marked = [output.lastIndexOf("####"), output.toLowerCase().lastIndexOf("answer is")];
  for (const start of marked) {
    if (start < 0) continue;
    const after = numbersIn(output.slice(start))[0];
    if (after !== undefined) return after;
  }
  return numbersIn(output).at(-1);
}

/** Whether a number is the wanted one, up to a share of it, of 1 where that is less than 1. */
export function isClose(found: number, wanted: number, tolerance: number): boolean {
  return Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
}

/** Equal up to a millionth. */
export function sameNumber(found: number | undefined, target: string): boolean {
  const wanted = numericAnswer(target);
  return found !== undefined && wanted !== undefined && isClose(found, wanted, closeness);
}

function numbersIn(text: string): number[] {
  return (text.replaceAll("$", "").match(number) ?? []).map((digits) => Number(digits.replaceAll(",", "")));
}
