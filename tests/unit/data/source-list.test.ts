import { expect, test } from "@jest/globals";
import { SourceList } from "../../../sdk/src/data/source-list.js";

test("gives back every source as it was, with and without a row, from many files and past 2^32", () => {
  const sources = Array.from({ length: 40_000 }, (_, index) => {
    const place = { file: `file ${index % 3}`, line: index === 39_999 ? 2 ** 40 : index + 1 };
    return index % 2 === 0 ? place : { ...place, row: index };
  });
  const list = new SourceList();
  for (const source of sources) list.add(source);
  expect(list.length).toBe(sources.length);
  expect(sources.findIndex((source, index) => JSON.stringify(list.at(index)) !== JSON.stringify(source))).toBe(-1);
  expect(list.at(sources.length)).toBeUndefined();
});
