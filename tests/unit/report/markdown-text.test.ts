import { describe, expect, test } from "@jest/globals";
import { code, plain, table } from "../../../sdk/src/report/markdown-text.js";

describe("plain", () => {
  test.each([
    ["field_a | <b>x</b> & [y](z)", "field\\_a \\| \\<b\\>x\\</b\\> \\& \\[y\\](z)"],
    ["two\nlines\u0000and\tmore", "two lines and more"],
    ["- no list", "\\- no list"],
    ["1. no list", "1\\. no list"],
    ["# no heading", "\\# no heading"],
    ["91.7\u00a0%", "91.7\u00a0%"],
    ["half \ud800", "half \ufffd"],
  ])("%j", (text, markdown) => {
    expect(plain(text)).toBe(markdown);
  });
});

test("code keeps backticks by a longer fence, and its line", () => {
  expect(code("sha256:ab")).toBe("`sha256:ab`");
  expect(code("a`b``c\nd|e")).toBe("``` a`b``c d\\|e ```");
});

test("a table has a line a row", () => {
  expect(table(["A", "B"], [["1", "2"]])).toBe("| A | B |\n| --- | --- |\n| 1 | 2 |");
});
