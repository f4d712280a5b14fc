/**
 * How an answer to a GSM8K question is read and judged: strict-match and flexible-extract are those of
 * lm-evaluation-harness's task gsm8k, version 3.0 (lm_eval/tasks/gsm8k/gsm8k.yaml, filters/extraction.py,
 * api/metrics.py), quirks included; the numeric rule is our own.
 */

import { endOfRun, isDigit, isMoney, isNumeral, numbersIn, pastDash } from "./scan-numbers.js";

/** What the reference's filters give where they find nothing. */
export const noAnswer = "[invalid]";

const answerMark = "#### ";

/** First "#### " with a number behind it, as /#### (-?[0-9.,]+)/ finds it. Finds nothing in "#### $18". */
export function strictMatch(output: string): string {
  for (let mark = output.indexOf(answerMark); mark >= 0; mark = output.indexOf(answerMark, mark + 1)) {
    const start = mark + answerMark.length;
    const signless = pastDash(output, start);
    const end = endOfRun(output, signless, isNumeral);
    if (end > signless) return output.slice(start, end);
  }
  return noAnswer;
}

/**
 * Last run of two or more digits, dots, commas and dollars, or of digits, as /(-?[$0-9.,]{2,})|(-?[0-9]+)/g finds it. Finds
 * ".." at the end of "and so on...".
 */
export function flexibleExtract(output: string): string {
  let last: readonly [number, number] | undefined;
  for (let place = 0; place < output.length; ) {
    const signless = pastDash(output, place);
    const run = endOfRun(output, signless, isMoney);
    const end = run - signless >= 2 ? run : endOfRun(output, signless, isDigit);
    if (end > signless) last = [place, end];
    place = end > signless ? end : place + 1;
  }
  return last === undefined ? noAnswer : output.slice(...last);
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
    const after = writtenNumbers(output.slice(start))[0];
    if (after !== undefined) return after;
  }
  return writtenNumbers(output).at(-1);
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

function writtenNumbers(text: string): number[] {
  return numbersIn(text.replaceAll("$", ""));
}
