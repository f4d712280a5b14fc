import { expect, test } from "@jest/globals";
import { PrintTable } from "../../../sdk/src/data/print-table.js";

test("knows every text by the number it first came with, through many growths", () => {
  const table = new PrintTable();
  const count = 20_000;
  for (let number = 0; number < count; number++) expect(table.add(`text ${number}`, number)).toBeUndefined();
  for (let number = 0; number < count; number++) {
    expect(table.get(`text ${number}`)).toBe(number);
    expect(table.add(`text ${number}`, 7)).toBe(number);
  }
  expect(table.get(`text ${count}`)).toBeUndefined();
});
