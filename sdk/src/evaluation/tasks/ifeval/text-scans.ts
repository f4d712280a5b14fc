/**
 * Counts what the reference counts by regular expressions of its own, by one pass over the text: the expressions are
 * quoted, and some of them would take the square of the length on hostile outputs.
 */
import { isBlank, isSpace, strip, stripCharacters, stripEnd, stripStart, whiteSpace } from "../../python-text.js";

/** Matches of `\[.*?\]`. */
export function countPlaceholders(text: string): number {
  let count = 0;
  let open = text.indexOf("[");
  while (open >= 0) {
    const close = text.indexOf("]", open);
    if (close < 0) break;
    const lineEnd = lineEndFrom(text, open);
    if (close < lineEnd) count += 1;
    open = text.indexOf("[", close < lineEnd ? close + 1 : lineEnd + 1);
  }
  return count;
}

/** Matches of `^\s*\*[^\*].*$` and of `^\s*-.*$`, each over the lines. */
export function countBullets(text: string): number {
  const star = (at: number) => text[at] === "*" && at + 1 < text.length && text[at + 1] !== "*";
  return (
    // The character behind the star may be a line break; the line after it then belongs to the match.
    countLineMatches(text, (at) => (star(at) ? lineEndFrom(text, at + 2) : -1)) +
    countLineMatches(text, (at) => (text[at] === "-" ? lineEndFrom(text, at + 1) : -1))
  );
}

/** Counts line starts after whose white space (line breaks too) `match` gives the end of a match, not -1. */
function countLineMatches(text: string, match: (at: number) => number): number {
  let count = 0;
  let start = 0;
  while (start >= 0 && start <= text.length) {
    let at = start;
    while (at < text.length && isSpace(text.charAt(at))) at += 1;
    const end = match(at);
    if (end >= 0) count += 1;
    // Line starts inside the white space would come to the same place.
    const next = text.indexOf("\n", end >= 0 ? end : at);
    start = next < 0 ? -1 : next + 1;
  }
  return count;
}

/** Matches of `\*[^\n\*]*\*` and of `\*\*[^\n\*]*\*\*` with anything inside. */
export function countHighlights(text: string): number {
  const single = text.match(/\*[^\n*]*\*/g) ?? [];
  const double = text.match(/\*\*[^\n*]*\*\*/g) ?? [];
  return (
    single.filter((found) => !isBlank(stripCharacters(found, "*"))).length +
    double.filter((found) => !isBlank(found.slice(2, -2))).length
  );
}

/** True if `<<[^\n]+>>` is found with anything inside. Of a line that is from its first "<<" to its last ">>". */
export function hasTitle(text: string): boolean {
  return text.split("\n").some((line) => {
    const open = line.indexOf("<<");
    const close = line.lastIndexOf(">>");
    if (open < 0 || close < open + 3) return false;
    return !isBlank(stripEnd(stripStart(line.slice(open, close + 2), "<"), ">"));
  });
}

const divider = new RegExp(`[${whiteSpace}]?\\*\\*\\*[${whiteSpace}]?`);

/** Parts between `\s?\*\*\*\s?`, blank ones at the ends apart; undefined where a blank one lies between. */
export function countDividedParagraphs(text: string): number | undefined {
  const parts = text.split(divider);
  const blanks = parts.flatMap((part, index) => (isBlank(part) ? [index] : []));
  const inside = blanks.some((index) => index !== 0 && index !== parts.length - 1);
  return inside ? undefined : parts.length - blanks.length;
}

/** True for exactly two different texts apart by "******"; blank parts count at the ends alone as nothing. */
export function hasTwoResponses(text: string): boolean {
  const parts = text.split("******");
  const inside = parts.some((part, index) => isBlank(part) && index !== 0 && index !== parts.length - 1);
  const responses = parts.map(strip).filter((part) => part !== "");
  return !inside && responses.length === 2 && responses[0] !== responses[1];
}

function lineEndFrom(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
