import { describe, expect, test } from "@jest/globals";
import { type ExampleRow, examples } from "../../../sdk/src/data/examples.js";
import { DataError } from "../../../sdk/src/errors.js";

const rows: readonly ExampleRow[] = [
  { text: "a" },
  { prompt: "a", completion: "b" },
  { messages: [{ role: "assistant", content: "a" }] },
];

describe("examples", () => {
  test("names rows by their position", async () => {
    const source = examples(rows);
    const loaded = await source.load();
    expect(source.name).toBe("(memory)");
    expect(loaded.examples.map(({ kind, source: { line } }) => [kind, line])).toEqual([
      ["text", 1],
      ["prompt-completion", 2],
      ["messages", 3],
    ]);
  });

  test("hashes content: not the order of keys, but the order of rows", async () => {
    const hashOf = async (given: readonly ExampleRow[]) => (await examples(given).load()).contentHash;
    const hash = await hashOf(rows);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf([{ text: "a" }, { completion: "b", prompt: "a" }, ...rows.slice(2)])).toBe(hash);
    expect(await hashOf(rows.toReversed())).not.toBe(hash);
  });

  test("reports every bad row of a program that is not checked by types", async () => {
    const given: ExampleRow[] = JSON.parse('[{"text": 5}, {"text": "a"}, {"txt": "a"}]');
    const error = await examples(given)
      .load()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({
      faults: [{ where: "(memory):1 text" }, { where: "(memory):3" }, { where: "(memory):3" }],
    });
    expect(String(error)).toContain("3 faults in 2 rows");
  });

  test("refuses no rows", async () => {
    await expect(examples([]).load()).rejects.toThrow(/holds no example/);
  });
});
