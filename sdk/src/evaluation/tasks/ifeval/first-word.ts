/** Whether there are so many paragraphs, and one of them begins with a given word. */
import { isBlank, splitAtSpaces, strip, stripStart } from "../../python-text.js";

const endsWord = new Set([".", ",", "?", "!", "'", '"']);

/** What a row asks. */
export interface FirstWord {
  readonly paragraphs: number;
  /** From 1. */
  readonly paragraph: number;
  readonly word: string;
}

/**
 * Paragraphs are what stands between two line breaks, blank ones not counted; but the wanted one is picked with the blank ones
 * counted, as the reference does.
 */
export function beginsWith(text: string, { paragraphs, paragraph, word }: FirstWord): boolean {
  const parts = text.split("\n\n");
  const count = parts.filter((part) => !isBlank(part)).length;
  if (paragraph > count) return false;
  const [first] = splitAtSpaces(strip(parts[paragraph - 1] ?? ""));
  if (first === undefined) return false;
  let found = "";
  for (const character of stripStart(stripStart(first, "'"), '"')) {
    if (endsWord.has(character)) break;
    found += character.toLowerCase();
  }
  return count === paragraphs && found === word.toLowerCase();
}
