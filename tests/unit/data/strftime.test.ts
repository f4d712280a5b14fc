import { describe, expect, test } from "@jest/globals";
import { strftime } from "../../../sdk/src/data/strftime.js";

const date = new Date(2026, 2, 4, 7, 8, 9);

describe("strftime", () => {
  test.each([
    ["%d %b %Y", "04 Mar 2026"],
    ["%B %d, %Y", "March 04, 2026"],
    ["%A (%a) %y-%m-%d", "Wednesday (Wed) 26-03-04"],
    ["%H:%M:%S", "07:08:09"],
    ["100%%d", "100%d"],
    ["no codes", "no codes"],
  ])("writes %j as Python does", (format, text) => {
    expect(strftime(date, format)).toBe(text);
  });

  test.each(["%q", "%-d", "%"])("refuses %j rather than write another text", (format) => {
    expect(() => strftime(date, format)).toThrow(RangeError);
  });
});
