import { describe, expect, test } from "@jest/globals";
import type { ExampleRow } from "../../../sdk/src/data/example-row.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { readExamples } from "../../../sdk/src/data/read-examples.js";
import { DataError } from "../../../sdk/src/errors.js";

const rows: readonly ExampleRow[] = [
  { text: "a" },
  { prompt: "a", completion: "b" },
  { messages: [{ role: "assistant", content: "a" }] },
];

describe("examples", () => {
  test("names rows by their position", async () => {
    const source = examples(rows);
    const read = await readExamples(source);
    expect(source.name).toBe("(memory)");
    expect(read.map(({ kind, source: { line } }) => [kind, line])).toEqual([
      ["text", 1],
      ["prompt-completion", 2],
      ["messages", 3],
    ]);
  });

  test("reports every bad row of a program that is not checked by types", async () => {
    const given: ExampleRow[] = JSON.parse('[{"text": 5}, {"text": "a"}, {"txt": "a"}]');
    const error = await readExamples(examples(given)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({
      faults: [{ where: "(memory):1 text" }, { where: "(memory):3" }, { where: "(memory):3" }],
    });
    expect(String(error)).toContain("3 faults in 2 rows");
  });

  test("refuses no rows", async () => {
    await expect(readExamples(examples([]))).rejects.toThrow(/holds no example/);
  });

  test("takes any iterable, async ones too, and functions that make them", async () => {
    function* rowsAtOnce() {
      yield* rows;
    }
    async function* rowsInTime() {
      yield* rows;
    }
    for (const given of [new Set(rows), rowsAtOnce(), rowsInTime(), rowsAtOnce, rowsInTime]) {
      expect(await readExamples(examples(given))).toHaveLength(3);
    }
  });

  test("refuses to read an iterator twice, which would look like no data", async () => {
    function* once() {
      yield* rows;
    }
    const source = examples(once());
    await readExamples(source);
    await expect(readExamples(source)).rejects.toThrow(/can be read only once[\s\S]*examples\(\(\) =>/);
    const again = examples(once);
    await readExamples(again);
    expect(await readExamples(again)).toHaveLength(3);
    const list = examples(rows);
    await readExamples(list);
    expect(await readExamples(list)).toHaveLength(3);
  });
});
