/** Whether a text is JSON as Python's json.loads takes it. */
import { strip } from "../../python-text.js";

const fenceStarts = ["```json", "```Json", "```JSON", "```"];
const stringOrSpecial = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs;
const longWholeNumber = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?(\d{4301,})(?![\d.eE])/gs;

/**
 * True for JSON, in a Markdown fence or bare. As in the reference NaN and Infinity are JSON, and whole numbers of more than
 * 4,300 digits, which Python refuses to read, are not.
 */
export function isJson(response: string): boolean {
  let text = strip(response);
  for (const start of fenceStarts) if (text.startsWith(start)) text = text.slice(start.length);
  if (text.endsWith("```")) text = text.slice(0, -3);
  text = strip(text);
  for (const match of text.matchAll(longWholeNumber)) if (match[1] !== undefined) return false;
  // A word between blanks, so that nothing beside it joins it to one: 3.14NaN, -NaN and 1eInfinity are no numbers.
  const plain = text.replace(stringOrSpecial, (found) => (found.startsWith('"') ? found : " null "));
  try {
    JSON.parse(plain);
    return true;
  } catch {
    return false;
  }
}
