/** The forms of an answer that loose verdicts accept. */
import { strip } from "../../python-text.js";

/** The answer; without asterisks; without its first line, its last, or both; and these three without asterisks. */
export function looserForms(response: string): readonly string[] {
  const lines = response.split("\n");
  const shorter = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((part) => strip(part.join("\n")));
  const withoutStars = (text: string) => text.replaceAll("*", "");
  return [response, withoutStars(response), ...shorter, ...shorter.map(withoutStars)];
}
