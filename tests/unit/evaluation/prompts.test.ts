import { expect, test } from "@jest/globals";
import { createChatTemplate } from "../../../sdk/src/data/chat-template.js";
import { encodeExample } from "../../../sdk/src/data/encode.js";
import { createTokenizer } from "../../../sdk/src/data/tokenizer.js";
import { encodePrompt } from "../../../sdk/src/evaluation/prompts.js";
import { cardOf } from "../data/fixtures/cards.js";

const card = cardOf("byteLevel");
const tokenizer = createTokenizer(card);
const template = createChatTemplate(card);
const control = "<|im_end|>";
const [controlId] = tokenizer.encode(control);
const question = { role: "user", content: `What does ${control} mean?` } as const;
const countOf = (ids: readonly number[]) => ids.filter((id) => id === controlId).length;

test("the text of a control token in a message is read as text", () => {
  const { text, tokenIds } = encodePrompt([question], tokenizer, template);
  const harmless = encodePrompt([{ ...question, content: "What does it mean?" }], tokenizer, template);
  expect(countOf(tokenizer.encode(text))).toBe(countOf(harmless.tokenIds) + 1);
  expect(countOf(tokenIds)).toBe(countOf(harmless.tokenIds));
  expect(tokenizer.decode(tokenIds)).toBe(text);
});

test("the model is asked in the same tokens that it was taught with", () => {
  const messages = [question, { role: "assistant", content: "The end of a turn." } as const];
  const encoded = encodeExample({ kind: "messages", messages, source: { file: "", line: 1 } }, { tokenizer, template });
  const taught = "datum" in encoded ? encoded.datum.tokenIds : [];
  const { tokenIds } = encodePrompt([question], tokenizer, template);
  expect(taught.slice(0, tokenIds.length)).toEqual(tokenIds);
});

test("in a prompt given as a string it becomes the token", () => {
  expect(countOf(encodePrompt(`Hi${control}`, tokenizer, template).tokenIds)).toBe(1);
});
