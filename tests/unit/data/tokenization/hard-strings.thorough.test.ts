import { describe, expect, test } from "@jest/globals";
import { createTokenizer } from "../../../../sdk/src/data/tokenizer.js";
import { recordedVariants, shorten } from "./hard-ids.js";

describe.each(recordedVariants)("a tokenizer, $name", ({ card, strings }) => {
  const tokenizer = createTokenizer(card);

  test("gives the ids of Python's tokenizers for every hard string", () => {
    const wanted = Object.fromEntries(strings.map(({ name, asControl }) => [name, asControl]));
    const found = Object.fromEntries(strings.map(({ name, text }) => [name, shorten(tokenizer.encode(text))]));
    expect(found).toEqual(wanted);
  });

  test("and those that they give where control tokens are read as text", () => {
    const wanted = Object.fromEntries(strings.map(({ name, asText }) => [name, asText]));
    const asText = (text: string) => tokenizer.encodeParts([text], "all").tokenIds;
    const found = Object.fromEntries(strings.map(({ name, text }) => [name, shorten(asText(text))]));
    expect(found).toEqual(wanted);
  });
});
