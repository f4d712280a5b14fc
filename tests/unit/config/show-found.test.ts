import { describe, expect, test } from "@jest/globals";
import { showFound } from "../../../sdk/src/config/show-found.js";

describe("showFound", () => {
  test.each([
    [undefined, "nothing"],
    [null, "null"],
    [Number.NaN, "NaN"],
    [5n, "5"],
    ["a", '"a"'],
    [[1, { a: "b" }], '[1,{"a":"b"}]'],
    [() => 1, "a function"],
    [Symbol("s"), "a symbol"],
  ])("writes %p as %s", (value, text) => {
    expect(showFound(value)).toBe(text);
  });

  test("copes with what JSON can't hold", () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(showFound(circular)).toBe("an object that is no plain JSON");
  });

  test("cuts what is long and says how long it was", () => {
    expect(showFound("x".repeat(200))).toBe(`"${"x".repeat(79)}... (202 characters)`);
  });
});
