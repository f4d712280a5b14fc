/** What Python's strings and regular expressions do differently from JavaScript's, where a verdict can hang on it. */

/** str.isspace, and \s in a pattern; JavaScript's \s lacks the separators U+001C to U+001F and U+0085, and has U+FEFF. */
export const whiteSpace = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
/** \w in a pattern: letters, numbers and underscore of any script; JavaScript's is ASCII alone. */
export const wordCharacter = "\\p{L}\\p{N}_";

const leading = new RegExp(`^[${whiteSpace}]+`);
/** A run of white space, as `\\s+` has it. */
export const spaces = new RegExp(`[${whiteSpace}]+`);
const space = new RegExp(`[${whiteSpace}]`);
const word = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]+/gu;

/** str.strip(). */
export function strip(text: string): string {
  let end = text.length;
  while (end > 0 && space.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).replace(leading, "");
}

/** True where nothing but white space is left. */
export function isBlank(text: string): boolean {
  return strip(text) === "";
}

/** True for one character of white space. */
export function isSpace(character: string): boolean {
  return space.test(character);
}

/** str.split(): the words between white space. */
export function splitAtSpaces(text: string): string[] {
  return text.split(spaces).filter((part) => part !== "");
}

/** str.strip(characters), of both ends. */
export function stripCharacters(text: string, characters: string): string {
  return stripEnd(stripStart(text, characters), characters);
}

/** str.lstrip(characters). */
export function stripStart(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start += 1;
  return text.slice(start);
}

/** str.rstrip(characters). */
export function stripEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** How many words there are: runs of \w as NLTK's tokenizer has it, whose regular expressions count marks to a word, but not "½". */
export function countWords(text: string): number {
  return text.match(word)?.length ?? 0;
}

/** Lets I with and without a dot, in either case, be one letter, as Python's patterns without case do. */
export function foldDottedI(text: string): string {
  return text.replace(/[İı]/g, "i");
}

/** str.isupper(): at least one letter has case, and all that have are capitals. */
export function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

/** str.islower(). */
export function isLower(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/**
 * A pattern that a row gives as it stands: the reference takes keywords and markers for regular expressions without case.
 * Where JavaScript can't read one as such, it is looked for as a text.
 */
export function patternOf(written: string, flags = ""): RegExp {
  const folded = foldDottedI(written);
  try {
    return new RegExp(folded, `iu${flags}`);
  } catch {
    return new RegExp(folded.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), `iu${flags}`);
  }
}

/** \b on either side of a pattern, which in Python knows letters of any script. */
export function wholeWord(written: string): string {
  const inside = `[${wordCharacter}]`;
  const boundary = `(?:(?<=${inside})(?!${inside})|(?<!${inside})(?=${inside}))`;
  return `${boundary}${written}${boundary}`;
}
