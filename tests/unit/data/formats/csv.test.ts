import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { type CsvOptions, csv, tsv } from "../../../../sdk/src/data/formats/csv.js";
import { readExamples } from "../../../../sdk/src/data/read-examples.js";
import { OptionsError } from "../../../../sdk/src/errors.js";
import { errorOf, rowsOf, valuesOf } from "../support/reading.js";
import { temporaryFiles } from "../support/temporary-files.js";

const fileOf = temporaryFiles();
const csvFile = (content: string | Uint8Array) => fileOf(content, "csv");

describe("csv", () => {
  test("reads rows under the header's names", async () => {
    const path = csvFile("prompt,completion\r\na,b\r\n,c\r\n");
    expect(await valuesOf(csv(path))).toEqual([
      { prompt: "a", completion: "b" },
      { prompt: "", completion: "c" },
    ]);
  });

  test("reads quoted values over several lines, and names the line that a row starts on", async () => {
    const path = csvFile('\ufefftext\n"a ""b"", c"\n\n"x\ny\n"\nlast');
    expect(await rowsOf(csv(path))).toEqual([
      { source: { file: path, line: 2 }, value: { text: 'a "b", c' } },
      { source: { file: path, line: 4 }, value: { text: "x\ny\n" } },
      { source: { file: path, line: 7 }, value: { text: "last" } },
    ]);
  });

  test("takes only the columns that are named, under the shape's keys", async () => {
    const path = csvFile("id,Question,Answer\n1,a,b\n");
    const options: CsvOptions = { prompt: "Question", completion: "Answer" };
    expect(await valuesOf(csv(path, options))).toEqual([{ prompt: "a", completion: "b" }]);
    expect(await valuesOf(csv(csvFile("id,text\n1,a\n"), { shape: "text" }))).toEqual([{ text: "a" }]);
  });

  test("reads JSON from the cells of keys that hold lists", async () => {
    const messages = [{ role: "assistant", content: "a" }];
    const path = csvFile(`chat\n"${JSON.stringify(messages).replaceAll('"', '""')}"\n`);
    expect(await readExamples(csv(path, { messages: "chat" }))).toEqual([
      { kind: "messages", messages, source: { file: path, line: 2 } },
    ]);
  });

  test("takes other delimiters, tabs and packed files", async () => {
    expect(await valuesOf(csv(csvFile("text;x\na;b"), { delimiter: ";" }))).toEqual([{ text: "a", x: "b" }]);
    expect(await valuesOf(tsv(csvFile("prompt\tcompletion\na, b\tc")))).toEqual([{ prompt: "a, b", completion: "c" }]);
    expect(await valuesOf(csv(csvFile(gzipSync("text\na"))))).toEqual([{ text: "a" }]);
  });

  test("tells of every row with too few or too many values", async () => {
    const path = csvFile('prompt,completion\na,b\n"x\ny"\na,b,c\n');
    expect((await errorOf(csv(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:3`, found: "1 values", check: "csv_column_count" }),
      expect.objectContaining({ where: `${path}:5`, found: "3 values", check: "csv_column_count" }),
    ]);
  });

  test.each([
    ["a quote that does not close", 'text\na\n"b\nc\n', 3],
    ["something after a closing quote", 'text\na\n"b"x\nc\n', 3],
    ["a quote in an unquoted value", 'text\na\nb "c"\nd\n', 3],
  ])("with %s stops at its line, since the next row can't be told", async (_, content, line) => {
    const path = csvFile(content);
    expect((await errorOf(csv(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:${line}`, check: "csv_quotes" }),
    ]);
  });

  test("names a column that is not there, with those that are", async () => {
    const path = csvFile("Question,Answr\na,b\n");
    const error = await errorOf(csv(path, { prompt: "Question", completion: "Answer" }));
    expect(error.found).toBe("columns Question, Answr");
    expect(error.faults).toEqual([
      expect.objectContaining({ where: "completion", wanted: 'did you mean "Answr"?', check: "missing_column" }),
    ]);
  });

  test("refuses a header with the same name twice", async () => {
    expect((await errorOf(csv(csvFile("text,text\na,b\n")))).message).toContain('the column "text" more than once');
  });

  test("tells which line is not UTF-8, and which cell is no JSON", async () => {
    const latin = csvFile(Buffer.concat([Buffer.from("text\na\ncaf"), Buffer.from([0xe9]), Buffer.from("\nb\n")]));
    expect((await errorOf(csv(latin))).faults).toEqual([
      expect.objectContaining({ where: `${latin}:3`, check: "invalid_utf8" }),
    ]);
    const path = csvFile("messages\n[1]\nhello\n");
    expect((await errorOf(csv(path))).faults).toContainEqual(
      expect.objectContaining({ where: `${path}:3`, found: '"hello"', check: "invalid_json" }),
    );
  });

  test("in UTF-16, empty, or with a header alone is refused", async () => {
    expect((await errorOf(csv(csvFile(Buffer.from("\ufefftext\na", "utf16le"))))).found).toContain("UTF-16");
    expect((await errorOf(csv(csvFile("")))).message).toContain("holds no example");
    expect((await errorOf(csv(csvFile("text\n")))).message).toContain("holds no example");
  });

  test.each([
    ["two ways at once", { shape: "text", text: "a" }],
    ["half a shape", { prompt: "a" }],
    ["columns of two shapes", { text: "a", prompt: "b", completion: "c" }],
    ["an unknown option", { txet: "a" }],
    ["a delimiter of two characters", { delimiter: "||" }],
  ])("refuses options that name %s, before anything is read", (_, options) => {
    const given: CsvOptions = JSON.parse(JSON.stringify(options));
    expect(() => csv("none.csv", given)).toThrow(OptionsError);
  });
});
