import { expect, test } from "@jest/globals";
import { PrintTable } from "../../../sdk/src/data/print-table.js";

test("knows every text by the number it first came with, through many growths", () => {
  const table = new PrintTable();
  const count = 20_000;
  const numbers = Array.from({ length: count }, (_, number) => number);
  // Compared at once: an expectation for each takes seconds.
  expect(new Set(numbers.map((number) => table.add(`text ${number}`, number)))).toEqual(new Set([undefined]));
  expect(numbers.filter((number) => table.get(`text ${number}`) !== number)).toEqual([]);
  expect(numbers.filter((number) => table.add(`text ${number}`, 7) !== number)).toEqual([]);
  expect(table.get(`text ${count}`)).toBeUndefined();
});
