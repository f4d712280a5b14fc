import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "@jest/globals";
import { RowStore } from "../../../../sdk/src/data/combine/row-store.js";
import { examples } from "../../../../sdk/src/data/examples.js";
import { valuesOf } from "../support/reading.js";

const texts = (count: number) => Array.from({ length: count }, (_, index) => ({ text: String(index) }));
const stored = () => readdirSync(tmpdir()).filter((name) => name.startsWith("midblock-shuffle-"));

describe("shuffle", () => {
  test("gives every row once, in an order that the seed decides", async () => {
    const rows = texts(1000);
    const shuffled = await valuesOf(examples(rows).shuffle(3));
    expect(shuffled).not.toEqual(rows);
    expect(new Set(shuffled.map((row) => Object(row).text)).size).toBe(1000);
    expect(await valuesOf(examples(rows).shuffle(3))).toEqual(shuffled);
    expect(await valuesOf(examples(rows).shuffle(4))).not.toEqual(shuffled);
  });

  test("takes every order of three about equally often", async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 1200; seed++) {
      const order = (await valuesOf(examples(texts(3)).shuffle(seed))).map((row) => Object(row).text).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 200 wanted; five standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(65);
  });
});

describe("RowStore", () => {
  const row = (index: number) => ({
    source: { file: "f", line: index },
    value: { text: `${index} ${"🫖".repeat(index % 50)}` },
  });

  test.each([
    ["in memory", 2 ** 30, 0],
    ["in a file", 100, 1],
  ])("gives back any row %s, and leaves no file behind", (_, mostInMemory, files) => {
    const before = stored().length;
    {
      using store = new RowStore(mostInMemory);
      for (let index = 0; index < 20_000; index++) store.add(row(index));
      expect(stored().length - before).toBe(files);
      expect(store.count).toBe(20_000);
      for (const index of [0, 19_999, 1, 12_345, 19_998]) expect(store.get(index)).toEqual(row(index));
    }
    expect(stored()).toHaveLength(before);
  });
});
