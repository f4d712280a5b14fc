/** Finds the numbers of a JSON text that JavaScript writes otherwise than Python: parsed, they have lost how they stood. */

/** A number that a template would be given in another form than in Python. */
export interface WrittenNumber {
  /** Keys and indices that lead to it. */
  readonly path: readonly (string | number)[];
  /** As it stands in the text. */
  readonly written: string;
}

/** A list or an object that is being read, and the place in it: an index, or the JSON text of a key. */
interface Level {
  key: string | number;
  awaitsKey: boolean;
}

/** Stands in every text with such a number, and in few others. */
const mayBeChanged = /\d[.eE]|\d{16}/;
const numberAt = /-?\d[\d.eE+-]*/y;

/** All such numbers of a valid JSON text: 1.0, 1e5, 0.00001, whole numbers past 2^53 that JavaScript rounds. */
export function changedNumbers(text: string): readonly WrittenNumber[] {
  if (!mayBeChanged.test(text)) return [];
  const found: WrittenNumber[] = [];
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    const level = levels.at(-1);
    if (character === '"') {
      const end = endOfString(text, at);
      if (level?.awaitsKey) level.key = text.slice(at, end + 1);
      at = end;
    } else if (character === "{" || character === "[") {
      levels.push({ key: 0, awaitsKey: character === "{" });
    } else if (character === "}" || character === "]") {
      levels.pop();
    } else if (character === ",") {
      if (typeof level?.key === "number") level.key += 1;
      else if (level !== undefined) level.awaitsKey = true;
    } else if (character === ":") {
      if (level !== undefined) level.awaitsKey = false;
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      numberAt.lastIndex = at;
      const written = numberAt.exec(text)?.[0] ?? character;
      if (!isWrittenAlike(written)) found.push({ path: levels.map(keyOf), written });
      at += written.length - 1;
    }
  }
  return found;
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function keyOf({ key }: Level): string | number {
  return typeof key === "number" ? key : String(JSON.parse(key));
}

/**
 * True where `JSON.stringify` writes the number as Python's `json.dumps` does, which writes every whole float with ".0",
 * and exponents from 1e16 on and below 1e-4, of two digits at least, where JavaScript has them from 1e21 on and below 1e-6 (CPython, Python/pystrtod.c, format_float_short).
 */
function isWrittenAlike(written: string): boolean {
  const value = Number(written);
  if (!/[.eE]/.test(written)) return Number.isSafeInteger(value) || String(BigInt(written)) === JSON.stringify(value);
  const size = Math.abs(value);
  const hasOneForm = size >= 1e21 || (size >= 1e-4 && !Number.isInteger(value)) || (size > 0 && size < 1e-9);
  return Number.isFinite(value) && hasOneForm;
}
