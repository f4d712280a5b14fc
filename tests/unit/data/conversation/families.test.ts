import { describe, expect, test } from "@jest/globals";
import { conversationText } from "../../../../sdk/src/data/conversation/conversation-text.js";
import { TokenizerError } from "../../../../sdk/src/errors.js";
import {
  type Conversation,
  conversations,
  familyEncoder,
  familyNames,
  masksOf,
  recordedMasks,
  renderings,
} from "./families.js";

const refused = Symbol("refused");

/** Which of the forms of tool calls is right, and whether a template knows them at all, is left to the masks. */
function hasToolCalls({ messages }: Conversation): boolean {
  return messages.some((message) => message.tool_calls !== undefined);
}

test("at least twelve families are there, those that are hard to mask among them", () => {
  expect(familyNames.length).toBeGreaterThanOrEqual(12);
  expect(familyNames).toEqual(expect.arrayContaining(["llama-3.1", "qwen-2", "qwen-3", "deepseek-r1", "granite"]));
});

describe.each(familyNames)("the template of %s", (name) => {
  const { template } = familyEncoder(name);
  const recorded = renderings.filter((rendering) => rendering.template === name);
  const textOrRefused = (conversation: Conversation) => {
    try {
      return conversationText(conversation, template).rendered.text;
    } catch (error) {
      expect(error).toBeInstanceOf(TokenizerError);
      return refused;
    }
  };

  test("renders every conversation as transformers does, or refuses it too", () => {
    expect(recorded.map(({ conversation }) => conversation)).toEqual(Object.keys(conversations));
    for (const { conversation: title, texts } of recorded) {
      const conversation = conversations[title] ?? { messages: [] };
      const allowed = texts.filter((text) => text !== null);
      if (hasToolCalls(conversation)) expect([...allowed, refused]).toContain(textOrRefused(conversation));
      else expect(textOrRefused(conversation)).toBe(allowed[0] ?? refused);
    }
  });

  test("asks for the first answer as transformers does", () => {
    for (const { conversation: title, prompt } of recorded) {
      const { messages = [], tools } = conversations[title] ?? {};
      const asked = messages.slice(0, messages[0]?.role === "system" ? 2 : 1);
      if (prompt === null) expect(() => template.render(asked, { addGenerationPrompt: true, tools })).toThrow();
      else expect(template.render(asked, { addGenerationPrompt: true, tools })).toBe(prompt);
    }
  });

  test("is masked as recorded", () => {
    expect(masksOf(name)).toBe(recordedMasks(name));
  });
});
