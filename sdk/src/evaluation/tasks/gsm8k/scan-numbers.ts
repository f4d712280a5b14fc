/**
 * Reads runs of characters one by one. A regular expression keeps a place to come back to for each character of a run, and
 * fails on runs of millions.
 */

/** Whether the character with this code belongs to a run; NaN, past the end, does not. */
export type Membership = (code: number) => boolean;

const [zero, nine, dash, dot, comma, dollar] = ["0", "9", "-", ".", ",", "$"].map((sign) => sign.charCodeAt(0));

/** 0 to 9 alone. */
export const isDigit: Membership = (code) => code >= (zero ?? 0) && code <= (nine ?? 0);

/** What numbers are written with: digits, dots and commas. */
export const isNumeral: Membership = (code) => isDigit(code) || code === dot || code === comma;

/** The same and dollars. */
export const isMoney: Membership = (code) => isNumeral(code) || code === dollar;

/** End of the run that begins at `start`; `start` itself where there is none. */
export function endOfRun(text: string, start: number, belongs: Membership): number {
  let end = start;
  while (belongs(text.charCodeAt(end))) end++;
  return end;
}

/** The next place, past a dash where there is one. */
export function pastDash(text: string, place: number): number {
  return text.charCodeAt(place) === dash ? place + 1 : place;
}

/**
 * All numbers as people write them: thousands apart by commas, a fraction of digits, no exponent. As
 * /-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+/g finds them.
 */
export function numbersIn(text: string): number[] {
  const numbers: number[] = [];
  for (let place = 0; place < text.length; ) {
    const end = endOfNumber(text, pastDash(text, place));
    if (end === undefined) {
      place++;
    } else {
      numbers.push(Number(text.slice(place, end).replaceAll(",", "")));
      place = end;
    }
  }
  return numbers;
}

function endOfNumber(text: string, start: number): number | undefined {
  const whole = endOfRun(text, start, isDigit);
  const end = whole - start <= 3 && whole > start ? endOfThousands(text, whole) : whole;
  const fraction = text.charCodeAt(end) === dot ? endOfRun(text, end + 1, isDigit) : end;
  if (fraction > end + 1) return fraction;
  return end > start ? end : undefined;
}

function endOfThousands(text: string, start: number): number {
  let end = start;
  while (text.charCodeAt(end) === comma && [1, 2, 3].every((step) => isDigit(text.charCodeAt(end + step)))) end += 4;
  return end;
}
