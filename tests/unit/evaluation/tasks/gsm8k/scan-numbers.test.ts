import { expect, test } from "@jest/globals";
import { flexibleExtract, strictMatch } from "../../../../../sdk/src/evaluation/tasks/gsm8k/rules.js";
import { numbersIn } from "../../../../../sdk/src/evaluation/tasks/gsm8k/scan-numbers.js";
import { createRandom } from "../../../../../sdk/src/random.js";

const number = /-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+/g;

test("finds what the regular expressions find, in any order of their signs", () => {
  const random = createRandom(0);
  const signs = ["-", ".", ",", "$", "0", "1", "23", "456", "#### ", " ", "٣", "a"];
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random.below(12) }, () => signs[random.below(signs.length)]).join("");
    expect(strictMatch(text)).toBe(/#### (-?[0-9.,]+)/.exec(text)?.[1] ?? "[invalid]");
    expect(flexibleExtract(text)).toBe([...text.matchAll(/(-?[$0-9.,]{2,})|(-?[0-9]+)/g)].at(-1)?.[0] ?? "[invalid]");
    expect(numbersIn(text)).toEqual((text.match(number) ?? []).map((digits) => Number(digits.replaceAll(",", ""))));
  }
});
