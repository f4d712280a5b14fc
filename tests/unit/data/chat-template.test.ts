import { describe, expect, test } from "@jest/globals";
import { type ChatTemplate, createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import { TokenizerError } from "../../../sdk/src/errors.js";
import type { TemplateProbe } from "../../../sdk/src/layers/model-card.js";
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
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
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

  test("that writes the date is told one fixed day, or the day that is chosen", () => {
    const chatTemplate = "{{ strftime_now('%A, %d %B %Y %H:%M') }}";
    const chat = createChatTemplate(cardOf("byteLevel", { chatTemplate }));
    const render = (template: ChatTemplate) => template.render([user], { addGenerationPrompt: false });
    expect(render(chat)).toBe("Friday, 26 July 2024 12:00");
    expect(render(chat.on("2026-03-04"))).toBe("Wednesday, 04 March 2026 12:00");
    expect(chat.on("2026-03-04").hash).toBe(chat.hash);
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

describe("the proof that a template is rendered as transformers does", () => {
  const { byteLevel, templates } = recorded;
  const [shown] = byteLevel.rendered.filter(
    ({ template, addGenerationPrompt }) => template === "smollm2" && addGenerationPrompt,
  );
  const probe = {
    messagesJson: JSON.stringify(shown?.messages),
    localTime: "2026-03-04T05:06:07",
    text: shown?.text ?? "",
  };
  const make = (templateProbe: TemplateProbe, chatTemplate = templates.smollm2) =>
    createChatTemplate(cardOf("byteLevel", { chatTemplate, templateProbe }));

  test("holds for what transformers rendered, and at the time that it did", () => {
    expect(probe.text).not.toBe("");
    expect(make(probe).origin).toBe("model");
    const clock = { ...probe, text: "2026-03-04 05:06:07" };
    expect(make(clock, "{{ strftime_now('%Y-%m-%d %H:%M:%S') }}").origin).toBe("model");
  });

  test("fails where the texts differ, and shows both from before the place on", () => {
    const place = probe.text.length - 3;
    const text = `${probe.text.slice(0, place)}#${probe.text.slice(place + 1)}`;
    expect(() => make({ ...probe, text })).toThrow(
      expect.objectContaining({
        code: "chat-template",
        found: `from character ${place - 20} on ${JSON.stringify(probe.text.slice(place - 20))}`,
        wanted: `from character ${place - 20} on ${JSON.stringify(text.slice(place - 20))}`,
      }),
    );
    expect(() => make({ ...probe, text: `${probe.text}\n` })).toThrow(TokenizerError);
    expect(() => make({ ...probe, text: probe.text.slice(0, -1) })).toThrow(TokenizerError);
  });

  test("fails where the client refuses what transformers renders", () => {
    expect(() => make(probe, "{{ strftime_now('%-d') }}")).toThrow(
      expect.objectContaining({ code: "chat-template", found: expect.stringMatching(/%-/) }),
    );
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
