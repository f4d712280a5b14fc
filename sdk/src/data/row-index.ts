/** Knows every row of the training data by its text: finds rows that repeat, and rows that a test asks as well. */
import type { Message, RowExample, Source } from "./datum.js";
import { normalText, promptText, type RowTexts, textsOf, turnText } from "./normal-text.js";
import { PrintTable } from "./print-table.js";
import { SourceList } from "./source-list.js";

/** "exact": equal in every character; "normalised": equal but for case, white space and compatible forms (NFKC). */
export type Likeness = "exact" | "normalised";

/** A row that repeats an earlier one. */
export interface Repetition {
  readonly source: Source;
  readonly earlier: Source;
  readonly likeness: Likeness;
}

/** Something that a test asks. */
export interface Question {
  readonly prompt: readonly Message[] | string;
  /** Undefined where there is no one wanted answer. */
  readonly target: string | undefined;
}

/** The training row that shares a question: with its answer, in either likeness, or the prompt alone. */
export interface SharedRow {
  readonly source: Source;
  readonly likeness: Likeness | "prompt";
}

/** Keeps prints of texts and the places of rows, no text: some 150 bytes for a row that is one question and answer. */
export class RowIndex {
  readonly #table = new PrintTable();
  readonly #sources = new SourceList();

  /** Takes a row; `content` is its JSON without its place. Gives the earlier row that it repeats, if it does. */
  add(example: RowExample, content: string): Repetition | undefined {
    const number = this.#sources.length;
    this.#sources.add(example.source);
    const texts = textsOf(example);
    const exact = this.#table.add(`exact ${content}`, number);
    const normalised = texts && this.#addTexts(texts, number);
    const earlier = this.#sourceOf(exact ?? normalised);
    if (earlier === undefined) return undefined;
    return { source: example.source, earlier, likeness: exact === undefined ? "normalised" : "exact" };
  }

  /** The first row that shares the question. An empty prompt is shared by no row. */
  find({ prompt, target }: Question): SharedRow | undefined {
    const text = promptText(prompt);
    if (target !== undefined) {
      const exact = this.#sourceOf(this.#table.get(`exact ${contentOf(prompt, target)}`));
      if (exact !== undefined) return { source: exact, likeness: "exact" };
      const turn = turnText({ prompt: text, answer: normalText(target) });
      const normalised = this.#sourceOf(this.#table.get(`turn ${turn}`));
      if (normalised !== undefined) return { source: normalised, likeness: "normalised" };
    }
    const source = text === "" ? undefined : this.#sourceOf(this.#table.get(`prompt ${text}`));
    return source && { source, likeness: "prompt" };
  }

  #addTexts({ whole, turns }: RowTexts, number: number): number | undefined {
    for (const turn of turns) {
      this.#table.add(`turn ${turnText(turn)}`, number);
      if (turn.prompt !== "") this.#table.add(`prompt ${turn.prompt}`, number);
    }
    return this.#table.add(`whole ${whole}`, number);
  }

  #sourceOf(number: number | undefined): Source | undefined {
    return number === undefined ? undefined : this.#sources.at(number);
  }
}

/** The JSON that the question would have as a row of training data. */
function contentOf(prompt: readonly Message[] | string, target: string): string {
  if (typeof prompt === "string") return JSON.stringify({ kind: "prompt-completion", prompt, completion: target });
  const messages = [...prompt.map(({ role, content }) => ({ role, content })), { role: "assistant", content: target }];
  return JSON.stringify({ kind: "messages", messages });
}
