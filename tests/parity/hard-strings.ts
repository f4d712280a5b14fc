/** Texts that are hard to tokenise, each with what is hard about it; all well-formed, since lone surrogates are refused. */
import { readFileSync } from "node:fs";

interface HardString {
  readonly name: string;
  readonly text: string;
  /** How often the text is repeated; default once. */
  readonly times?: number;
}

const written: readonly HardString[] = JSON.parse(
  readFileSync(new URL("./hard-strings.json", import.meta.url), "utf8"),
);

export const hardStrings = written.map(({ name, text, times = 1 }) => ({ name, text: text.repeat(times) }));
