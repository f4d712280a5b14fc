import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { json } from "../../../../sdk/src/data/formats/json.js";
import { type ListElement, listElements } from "../../../../sdk/src/data/formats/list-elements.js";
import { errorOf, inChunks, rowsOf, valuesOf } from "../support/reading.js";
import { temporaryFiles } from "../support/temporary-files.js";

const fileOf = temporaryFiles();
const jsonFile = (content: string | Uint8Array) => fileOf(content, "json");

describe("json", () => {
  test("reads each row of the list with its line and number", async () => {
    const path = jsonFile('[\n  {"text": "a"},\n  {\n    "text": "b"\n  }, {"text": "c"}\n]\n');
    expect(await rowsOf(json(path))).toEqual([
      { source: { file: path, line: 2, row: 1 }, value: { text: "a" } },
      { source: { file: path, line: 3, row: 2 }, value: { text: "b" } },
      { source: { file: path, line: 5, row: 3 }, value: { text: "c" } },
    ]);
  });

  test("is not led astray by brackets, commas and quotes within texts", async () => {
    const rows = [{ text: '],}["\\' }, { text: "a\\\\", more: [{}, [1, "]"]] }, "x,y", 5, null];
    expect(await valuesOf(json(jsonFile(JSON.stringify(rows))))).toEqual(rows);
  });

  test("finds the same rows however the bytes are cut", async () => {
    const rows = [{ text: '日本"語\\' }, { text: "🫖 [1, 2]" }, [], {}];
    const bytes = Buffer.from(JSON.stringify(rows, null, 1));
    for (const size of [1, 2, 3, 7, 1000]) {
      const texts: string[] = [];
      for await (const element of listElements(inChunks(bytes, size))) texts.push(textOf(element));
      expect(texts.map((text) => JSON.parse(text))).toEqual(rows);
    }
  });

  test("takes a packed file, a byte order mark and an empty list", async () => {
    expect(await valuesOf(json(jsonFile(gzipSync('[{"text": "a"}]'))))).toEqual([{ text: "a" }]);
    expect(await valuesOf(json(jsonFile('\ufeff[{"text": "a"}]')))).toEqual([{ text: "a" }]);
    expect(await valuesOf(json(jsonFile(" [ ] ")))).toEqual([]);
  });

  test.each([
    ["a comma at the end", '[{"text": "a"},\n]', ":2 row 2", "a row is missing"],
    ["two commas", '[{"text": "a"},\n,{"text": "b"}]', ":2 row 2", "a row is missing"],
    ["no end", '[{"text": "a"},\n{"text": "b"}', ":2 row 2", "the list does not end"],
    ["a quote that does not close", '[{"text": "a"},\n{"text": "b}, {}]', ":2 row 2", "the list does not end"],
    ["something after it", '[{"text": "a"}]\nx', ":2 row 2", "after the end"],
    ["no list", '{"data": []}', ":1 row 1", "no JSON list"],
    ["JSON Lines", '{"text": "a"}\n{"text": "b"}', ":1 row 1", "no JSON list"],
    ["a row that is no JSON", '[{"text": "a"},\n{text: "b"}, {"text": "c"}]', ":2 row 2", "not valid JSON"],
    ["a bracket of the wrong kind", '[{"text": "a"},\n{"text": "b"], {"text": "c"}]', ":2 row 2", "not valid JSON"],
  ])("with %s names the place", async (_, content, place, problem) => {
    const path = jsonFile(content);
    const { faults } = await errorOf(json(path));
    expect(faults).toContainEqual(
      expect.objectContaining({
        where: path + place,
        problem: expect.stringContaining(problem),
        check: "invalid_json",
      }),
    );
  });

  test("goes on after a row that is no JSON, and tells of all", async () => {
    const path = jsonFile('[{a}, {"text": "b"}, {b}]');
    expect((await errorOf(json(path))).faults.map(({ where }) => where)).toEqual([
      `${path}:1 row 1`,
      `${path}:1 row 3`,
    ]);
  });

  test("in UTF-16, or empty, is refused by name", async () => {
    expect((await errorOf(json(jsonFile(Buffer.from("[]", "utf16le"))))).found).toContain("UTF-16");
    expect((await errorOf(json(jsonFile("")))).message).toContain("holds no example");
  });
});

function textOf(element: ListElement): string {
  if ("problem" in element) throw new Error(element.problem);
  return element.bytes.toString("utf8");
}
