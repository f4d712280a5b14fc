import { describe, expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import { strftime } from "../../../sdk/src/data/strftime.js";
import { TokenizerError } from "../../../sdk/src/errors.js";
import { cardOf, recorded } from "./fixtures/cards.js";

const user = { role: "user", content: "Hi" } as const;
const assistant = { role: "assistant", content: "Hello" } as const;

describe("a model's chat template", () => {
  test.each(["byteLevel", "sentence"] as const)("renders as transformers does with the %s tokenizer", (kind) => {
    for (const { template, messages, addGenerationPrompt, text } of recorded[kind].rendered) {
      const chat = createChatTemplate(cardOf(kind, { chatTemplate: recorded.templates[template] }));
      expect(chat.render(messages, { addGenerationPrompt })).toBe(text);
    }
    expect(recorded[kind].rendered).toHaveLength(18);
  });

  test("has a hash that depends on its source alone", () => {
    const hash = createChatTemplate(cardOf("byteLevel")).hash;
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(createChatTemplate(cardOf("sentence")).hash).toBe(hash);
    expect(createChatTemplate(cardOf("byteLevel", { chatTemplate: "{{ messages }}" })).hash).not.toBe(hash);
  });

  test("passes on why it refuses messages", () => {
    const chatTemplate = "{{ raise_exception('roles must alternate') }}";
    const chat = createChatTemplate(cardOf("byteLevel", { chatTemplate }));
    const render = () => chat.render([user], { addGenerationPrompt: false });
    expect(render).toThrow(TokenizerError);
    expect(render).toThrow(/roles must alternate/);
  });

  test("keeps what a round of a loop wrote before it was left early", () => {
    const chatTemplate = "{% for m in messages %}{{ m.role }}{%- continue -%}{% endfor %}";
    const chat = createChatTemplate(cardOf("byteLevel", { chatTemplate }));
    expect(chat.render([user, assistant], { addGenerationPrompt: false })).toBe("userassistant");
  });

  test.each([
    "{% macro say() %}{% for m in messages %}{{ m.role }}{% continue %}{% endfor %}{% endmacro %}{{ say() }}",
    "{% set kept %}{% for m in messages %}{{ m.role }}{% break %}{% endfor %}{% endset %}{{ kept }}",
    "{% for m in messages %}{% if m.role %}{% continue %}{% endif %}{% else %}nobody{% endfor %}",
  ])("is refused where that would be lost: %s", (chatTemplate) => {
    const make = () => createChatTemplate(cardOf("byteLevel", { chatTemplate }));
    expect(make).toThrow(expect.objectContaining({ code: "chat-template", found: expect.stringMatching(/continue/) }));
  });

  test("knows the date as transformers does", () => {
    const chatTemplate = "{{ strftime_now('%d %B %Y') }}";
    const chat = createChatTemplate(cardOf("byteLevel", { chatTemplate }));
    const dates = [strftime(new Date(), "%d %B %Y"), chat.render([user], { addGenerationPrompt: false })];
    // Once more after rendering: midnight may have passed in between.
    expect([dates[0], strftime(new Date(), "%d %B %Y")]).toContain(dates[1]);
  });

  test("with a date in a form that is not known is refused", () => {
    const chat = createChatTemplate(cardOf("byteLevel", { chatTemplate: "{{ strftime_now('%-d') }}" }));
    expect(() => chat.render([user], { addGenerationPrompt: false })).toThrow(/%-/);
  });

  test("that is no template is refused when it is made", () => {
    const make = () => createChatTemplate(cardOf("byteLevel", { chatTemplate: "{% if %}" }));
    expect(make).toThrow(TokenizerError);
    expect(make).toThrow(expect.objectContaining({ code: "chat-template" }));
  });
});

describe("a model without a chat template", () => {
  const chat = createChatTemplate(cardOf("sentence", { chatTemplate: undefined }));

  test("gets the plain one: a line a turn, bos before, eos after each answer", () => {
    const messages = [{ role: "system", content: "Be brief." } as const, user, assistant, user];
    expect(chat.origin).toBe("plain");
    expect(chat.render(messages, { addGenerationPrompt: true })).toBe(
      "<s>System: Be brief.\nUser: Hi\nAssistant: Hello</s>\nUser: Hi\nAssistant:",
    );
    expect(chat.render([user, assistant], { addGenerationPrompt: false })).toBe("<s>User: Hi\nAssistant: Hello</s>\n");
  });
});
