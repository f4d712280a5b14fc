import { describe, expect, test } from "@jest/globals";
import { dataset } from "../../../../sdk/src/data/combine/dataset-of.js";
import type { DataSource, SourceRow } from "../../../../sdk/src/data/data-source.js";
import { Dataset } from "../../../../sdk/src/data/dataset.js";
import { examples } from "../../../../sdk/src/data/examples.js";
import { OptionsError } from "../../../../sdk/src/errors.js";
import { errorOf, rowsOf, valuesOf } from "../support/reading.js";
import { temporaryFiles } from "../support/temporary-files.js";

const fileOf = temporaryFiles();
const numbers = (count: number) => examples(Array.from({ length: count }, (_, index) => ({ text: String(index) })));
const textsOf = async (source: DataSource) => (await valuesOf(source)).map((value) => Object(value).text);
const faulty = (line: number): SourceRow => ({
  source: { file: "f", line },
  faults: [{ where: `f:${line}`, problem: "can't be read" }],
});

/** Rows of which the second can't be read. */
const broken = new Dataset({
  name: "f",
  async *rows() {
    yield { source: { file: "f", line: 1 }, value: { text: "a" } };
    yield faulty(2);
    yield { source: { file: "f", line: 3 }, value: { text: "c" } };
  },
});

describe("take", () => {
  test("gives the first rows and reads no further", async () => {
    let read = 0;
    function* rows() {
      for (;;) yield { text: String(read++) };
    }
    expect(await textsOf(examples(rows).take(3))).toEqual(["0", "1", "2"]);
    expect(read).toBe(3);
    expect(await textsOf(numbers(2).take(5))).toEqual(["0", "1"]);
  });

  test("counts a row that can't be read", async () => {
    expect(await rowsOf(broken.take(2))).toEqual([expect.anything(), faulty(2)]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses %d rows", (count) => {
    expect(() => numbers(1).take(count)).toThrow(OptionsError);
  });
});

describe("map and filter", () => {
  test("change and choose rows, which keep their places", async () => {
    const path = fileOf('{"q": "a", "n": 1}\n{"q": "b", "n": 2}\n');
    const source = dataset([path])
      .filter((row: { n: number }) => row.n > 1)
      .map((row: { q: string }) => ({ prompt: "", completion: row.q }));
    expect(await rowsOf(source)).toEqual([{ source: { file: path, line: 2 }, value: { prompt: "", completion: "b" } }]);
  });

  test("tell of each row that the function fails on, or makes no example of", async () => {
    const path = fileOf('{"q": "a"}\n{"q": 5}\nnull\n{"q": "c"}\n');
    const source = dataset([path]).map((row: { q: string }) => ({ text: row.q }));
    expect((await errorOf(source)).faults).toEqual([
      expect.objectContaining({ where: `${path}:2 text`, check: "missing_text" }),
      expect.objectContaining({ where: `${path}:3`, found: "null", check: "map_failed" }),
    ]);
    const filtering = dataset([path]).filter((row: { q: string }) => row.q.startsWith("a"));
    expect((await errorOf(filtering)).faults).toEqual(
      expect.arrayContaining(
        [2, 3].map((line) => expect.objectContaining({ where: `${path}:${line}`, check: "filter_failed" })),
      ),
    );
  });

  test("pass on rows that can't be read", async () => {
    expect(await rowsOf(broken.filter(() => false))).toEqual([faulty(2)]);
    expect(await rowsOf(broken.map(() => ({ text: "x" })))).toContainEqual(faulty(2));
  });
});

describe("split", () => {
  test("parts rows by their content: all of them, none twice, about in proportion", async () => {
    const [part, others] = numbers(2000).split(0.8, 5);
    const texts = [await textsOf(part), await textsOf(others)];
    expect(texts.flat().toSorted()).toEqual((await textsOf(numbers(2000))).toSorted());
    // Five standard deviations of a binomial.
    expect(Math.abs((texts[0]?.length ?? 0) - 1600)).toBeLessThan(90);
    expect(await textsOf(numbers(2000).split(0.8, 5)[0])).toEqual(texts[0]);
    expect(await textsOf(numbers(2000).split(0.8, 6)[0])).not.toEqual(texts[0]);
  });

  test("keeps equal rows together, and every row in its part when others come", async () => {
    const rows = [
      { prompt: "a", completion: "b" },
      { completion: "b", prompt: "a" },
    ];
    const [first, second] = await Promise.all(examples(rows).split(0.5, 1).map(valuesOf));
    expect([first?.length, second?.length].toSorted()).toEqual([0, 2]);
    const few = await textsOf(numbers(100).split(0.5, 1)[0]);
    const many = await textsOf(numbers(200).split(0.5, 1)[0]);
    expect(many.filter((text) => Number(text) < 100)).toEqual(few);
  });

  test("with a share of 0 or 1 gives all to one part", async () => {
    const counts = async (share: number) =>
      Promise.all(
        numbers(9)
          .split(share, 1)
          .map(async (part) => (await rowsOf(part)).length),
      );
    expect(await counts(0)).toEqual([0, 9]);
    expect(await counts(1)).toEqual([9, 0]);
  });

  test("reports rows that can't be read in both parts", async () => {
    for (const part of broken.split(0.5, 1)) expect(await rowsOf(part)).toContainEqual(faulty(2));
  });
});

describe("dataset", () => {
  test("puts sources one after the other, each row in its own place", async () => {
    const path = fileOf("text\nc\n", "csv");
    const source = dataset([numbers(1), path]);
    expect(source.name).toBe(`(memory), ${path}`);
    expect((await rowsOf(source)).map((row) => row.source)).toEqual([
      { file: "(memory)", line: 1 },
      { file: path, line: 2 },
    ]);
  });

  test("reports the faults of all sources at once", async () => {
    const paths = [fileOf("{}\n"), fileOf("[]", "json"), fileOf("text\na,b\n", "csv")];
    expect((await errorOf(dataset(paths))).faults.map(({ where }) => where)).toEqual([
      `${paths[0]}:1`,
      `${paths[2]}:2`,
    ]);
  });

  test("names many sources shortly", () => {
    expect(dataset([numbers(1), numbers(1), numbers(1), numbers(1), numbers(1)]).name).toBe(
      "(memory), (memory), (memory) and 2 more",
    );
  });

  test.each([
    ["no sources", []],
    ["something else", [5]],
  ])("refuses %s", (_, sources) => {
    expect(() => dataset(JSON.parse(JSON.stringify(sources)))).toThrow(OptionsError);
  });

  test("reads a file by the ending of its name alone", async () => {
    expect(() => dataset(["data.txt"])).toThrow(/does not tell its format[\s\S]*format: "jsonl"/);
    expect(() => dataset(["folder.csv/data"])).toThrow(OptionsError);
    expect(await valuesOf(dataset([fileOf("text\na\n", "CSV")]))).toEqual([{ text: "a" }]);
    expect(await valuesOf(dataset([fileOf("prompt\tcompletion\na\tb\n", "tsv.gz")]))).toHaveLength(1);
  });

  test("reads files given by place as its options say, and no other source", async () => {
    const file = fileOf("Q;A\na;b\n", "txt");
    const options = { format: "csv", delimiter: ";", prompt: "Q", completion: "A" } as const;
    expect(await valuesOf(dataset([file], options))).toEqual([{ prompt: "a", completion: "b" }]);
    expect(await valuesOf(dataset([numbers(1), file], options))).toHaveLength(2);
    expect(() => dataset([numbers(1)], options)).toThrow(OptionsError);
    expect(() => dataset([file], JSON.parse('{"format": "xml"}'))).toThrow(/No format is called xml/);
  });
});
