/** The text of an example in a form in which nearly equal texts are equal. */
import type { Message, RowExample } from "./datum.js";

/** NFKC, lower case, and every run of white space one space; none at the ends. */
export function normalText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

/** Something that is asked and answered. */
export interface Turn {
  /** What stands before the answer, system messages aside: they are mostly the same in every row. */
  readonly prompt: string;
  readonly answer: string;
}

/** The texts of a row, normalised. */
export interface RowTexts {
  /** All that the row says, its speakers aside. */
  readonly whole: string;
  /** One for each answer of the assistant; a text without a prompt is an answer. */
  readonly turns: readonly Turn[];
}

/** The normalised texts of an example; undefined where it is given as tokens. */
export function textsOf(example: RowExample): RowTexts | undefined {
  switch (example.kind) {
    case "messages":
      return textsOfMessages(example.messages);
    case "prompt-completion": {
      const turn = { prompt: normalText(example.prompt), answer: normalText(example.completion) };
      return { whole: joined([turn.prompt, turn.answer]), turns: [turn] };
    }
    case "text": {
      const whole = normalText(example.text);
      return { whole, turns: [{ prompt: "", answer: whole }] };
    }
    case "tokens":
      return undefined;
  }
}

/** What stands before an answer, normalised, system messages aside. */
export function promptText(prompt: readonly Message[] | string): string {
  if (typeof prompt === "string") return normalText(prompt);
  return joined(prompt.filter(({ role }) => role !== "system").map(messageText));
}

/** Prompt and answer as one text. */
export function turnText({ prompt, answer }: Turn): string {
  return joined([prompt, answer]);
}

function textsOfMessages(messages: readonly Message[]): RowTexts {
  const texts = messages.map((message) => ({ role: message.role, text: messageText(message) }));
  const turns = texts.flatMap(({ role, text }, place): Turn[] => {
    if (role !== "assistant") return [];
    const before = texts.slice(0, place).filter((earlier) => earlier.role !== "system");
    return [{ prompt: joined(before.map((earlier) => earlier.text)), answer: text }];
  });
  return { whole: joined(texts.map(({ text }) => text)), turns };
}

function messageText({ content, tool_calls: calls }: Message): string {
  return normalText(calls === undefined ? content : `${content} ${JSON.stringify(calls)}`);
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(" ");
}
