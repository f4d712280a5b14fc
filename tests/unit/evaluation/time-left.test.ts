import { expect, test } from "@jest/globals";
import { TimeLeft } from "../../../sdk/src/evaluation/time-left.js";

test("the rest goes on at the pace so far, and is never less than nothing", () => {
  let now = 100;
  const left = new TimeLeft(10, () => now);
  now = 104;
  expect(left.after(2)).toBe(16);
  now = 105;
  expect(left.after(3)).toBe(5);
  now = 106;
  expect(left.after(5)).toBe(0);
  // More work than was told of.
  expect(left.after(1)).toBe(0);
});

test("the first of many answers tells no pace", () => {
  let now = 0;
  const left = new TimeLeft(100, () => now);
  now = 30;
  expect(left.after(4)).toBeUndefined();
  expect(left.after(1)).toBe(570);
});
