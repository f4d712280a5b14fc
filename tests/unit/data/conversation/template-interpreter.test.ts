import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../../sdk/src/data/chat-template.js";
import type { Message } from "../../../../sdk/src/data/datum.js";
import { cardOf } from "../fixtures/cards.js";

const messages: readonly Message[] = [
  { role: "user", content: "Hi" },
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Hello" },
];

interface Snippet {
  readonly template: string;
  /** What transformers renders; null where it refuses. */
  readonly text: string | null;
}

const snippets: readonly Snippet[] = readFileSync("tests/fixtures/chat-templates/snippets.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** What is not rendered here though transformers does: refused, so never another text. */
const refusedHere = [
  "{{ messages }}",
  "{% for m in messages %}{{ m.content }}{% if loop.index == 2 %}{% break %}{% endif %}, {% else %}none{% endfor %}",
];

describe("a template is rendered as by transformers, or refused", () => {
  test.each(snippets)("$template", ({ template, text }) => {
    const render = () =>
      createChatTemplate(cardOf("byteLevel", { chatTemplate: template })).render(messages, {
        addGenerationPrompt: false,
      });
    if (text === null || refusedHere.includes(template)) expect(render).toThrow();
    else expect(render()).toBe(text);
  });
});
