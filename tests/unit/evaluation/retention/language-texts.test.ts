import { expect, test } from "@jest/globals";
import { languageTexts } from "../../../../sdk/src/evaluation/retention/language-texts.js";

test("there are twelve texts of 80 to 150 words, no two alike", () => {
  expect(new Set(languageTexts).size).toBe(12);
  const counts = languageTexts.map((text) => text.split(" ").length);
  expect(counts.filter((count) => count < 80 || count > 150)).toEqual([]);
});

test("each is one paragraph of whole sentences, typed cleanly", () => {
  for (const text of languageTexts) {
    expect(text).toMatch(/^[“A-Z][^\n\t]*[.]$|^[“A-Z][^\n\t]*, Clara$/);
    expect(text).not.toMatch(/ {2}|["']/);
  }
});
