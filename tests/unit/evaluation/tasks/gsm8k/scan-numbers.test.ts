import { expect, test } from "@jest/globals";
import { flexibleExtract, strictMatch } from "../../../../../sdk/src/evaluation/tasks/gsm8k/rules.js";
import { numbersIn } from "../../../../../sdk/src/evaluation/tasks/gsm8k/scan-numbers.js";
import { createRandom } from "../../../../../sdk/src/random.js";

const number = /-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+/g;

test("finds what the regular expressions find, in any order of their signs", () => {
  const random = createRandom(0);
  const signs = ["-", ".", ",", "$", "0", "1", "23", "456", "#### ", " ", "٣", "a"];
  const texts = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 1 + random.below(12) }, () => signs[random.below(signs.length)]).join(""),
  );
  // Compared at once: an expectation for each takes seconds.
  expect(texts.map(strictMatch)).toEqual(texts.map((text) => /#### (-?[0-9.,]+)/.exec(text)?.[1] ?? "[invalid]"));
  expect(texts.map(flexibleExtract)).toEqual(
    texts.map((text) => [...text.matchAll(/(-?[$0-9.,]{2,})|(-?[0-9]+)/g)].at(-1)?.[0] ?? "[invalid]"),
  );
  expect(texts.map(numbersIn)).toEqual(
    texts.map((text) => (text.match(number) ?? []).map((digits) => Number(digits.replaceAll(",", "")))),
  );
});
