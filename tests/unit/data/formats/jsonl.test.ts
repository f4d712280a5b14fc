import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import { jsonl } from "../../../../sdk/src/data/formats/jsonl.js";
import { readExamples } from "../../../../sdk/src/data/read-examples.js";
import { CancelledError, DataError } from "../../../../sdk/src/errors.js";

const folder = mkdtempSync(join(tmpdir(), "midblock-jsonl-"));
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
function fileOf(content: string | Uint8Array): string {
  files += 1;
  const path = join(folder, `data ${files}.jsonl`);
  writeFileSync(path, content);
  return path;
}

async function errorOf(path: string): Promise<DataError> {
  try {
    await readExamples(jsonl(path));
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

const row = '{"text": "a"}';

describe("jsonl", () => {
  test("reads every row with its file and line", async () => {
    const path = fileOf(`${row}\n{"prompt": "a", "completion": "ü"}\n`);
    expect((await readExamples(jsonl(path))).map(({ source }) => source)).toEqual([
      { file: path, line: 1 },
      { file: path, line: 2 },
    ]);
  });

  test("takes a file URL", async () => {
    const path = fileOf(row);
    expect(jsonl(pathToFileURL(path)).name).toBe(path);
    expect(await readExamples(jsonl(pathToFileURL(path)))).toHaveLength(1);
  });

  test.each([
    ["no line feed at the end", row, [1]],
    ["a byte order mark", `\ufeff${row}\n`, [1]],
    ["carriage returns", `${row}\r\n${row}\r\n`, [1, 2]],
    ["blank lines, which count", `\n${row}\n  \t\n\n${row}\n\n`, [2, 5]],
  ])("accepts %s", async (_, content, lines) => {
    const examples = await readExamples(jsonl(fileOf(content)));
    expect(examples.map(({ source }) => source.line)).toEqual(lines);
  });

  test("reads lines and characters that lie across the chunks a file is read in", async () => {
    const texts = Array.from({ length: 40 }, (_, index) => "🫖é日".repeat(1000 + index * 37));
    const path = fileOf(texts.map((text) => JSON.stringify({ text })).join("\n"));
    const examples = await readExamples(jsonl(path));
    expect(examples.map((example) => example.kind === "text" && example.text)).toEqual(texts);
  });

  test("reports every bad row at once, and shows the first fifty", async () => {
    const bad = Array.from({ length: 60 }, () => '{"text": 5}');
    const path = fileOf([row, ...bad, row].join("\n"));
    const error = await errorOf(path);
    expect(error.code).toBe("invalid-data");
    expect(error.faults).toHaveLength(60);
    expect(error.faults[0]?.where).toBe(`${path}:2 text`);
    expect(error.faults[59]?.where).toBe(`${path}:61 text`);
    expect(error.message).toContain("60 faults in 60 rows");
    expect(error.message).toContain("... and 10 more");
    await rm(dirname(error.faultsFile ?? ""), { recursive: true });
  });

  test.each([
    ["a trailing comma", `${row},`, "no comma after the object"],
    ["a list", `[${row}]x`, 'read by json("...")'],
    ["half an object", '{"text": "a"', "one whole JSON object"],
    ["single quotes", "{'text': 'a'}", "one whole JSON object"],
    ["two objects", `${row} ${row}`, "one whole JSON object"],
  ])("tells of %s on its line", async (_, line, wanted) => {
    const path = fileOf(`${row}\n${line}\n${row}`);
    const { faults } = await errorOf(path);
    expect(faults).toEqual([expect.objectContaining({ where: `${path}:2`, check: "invalid_json" })]);
    expect(faults[0]?.wanted).toContain(wanted);
  });

  test("tells which line is not UTF-8", async () => {
    const latin = Buffer.concat([Buffer.from(`${row}\n{"text": "caf`), Buffer.from([0xe9]), Buffer.from('"}\n')]);
    const path = fileOf(latin);
    expect((await errorOf(path)).faults).toEqual([
      expect.objectContaining({ where: `${path}:2`, check: "invalid_utf8" }),
    ]);
  });

  test("takes a byte order mark at the start alone", async () => {
    const path = fileOf(`${row}\n\ufeff${row}\n`);
    expect((await errorOf(path)).faults).toEqual([expect.objectContaining({ check: "invalid_json" })]);
  });

  test.each([
    ["UTF-16 (little endian)", Buffer.from(`\ufeff${row}\n`, "utf16le")],
    ["UTF-16 (big endian)", Buffer.from(`\ufeff${row}\n`, "utf16le").swap16()],
    ["UTF-16 (little endian, without a byte order mark)", Buffer.from(`${row}\n`, "utf16le")],
    ["UTF-16 (big endian, without a byte order mark)", Buffer.from(`${row}\n`, "utf16le").swap16()],
  ])("refuses %s by name", async (found, bytes) => {
    expect(await errorOf(fileOf(bytes))).toMatchObject({ found, wanted: "UTF-8" });
  });

  test.each([
    ["empty", ""],
    ["blank", "\n \n\n"],
    ["a byte order mark", "\ufeff"],
  ])("refuses a file that is %s", async (_, content) => {
    expect((await errorOf(fileOf(content))).message).toContain("holds no example");
  });

  test("tells of a file that is not there, or is a folder", async () => {
    expect((await errorOf(join(folder, "none.jsonl"))).message).toMatch(/none\.jsonl can't be read[\s\S]*ENOENT/);
    expect((await errorOf(folder)).message).toMatch(/EISDIR/);
  });

  test("stops on the signal", async () => {
    await expect(readExamples(jsonl(fileOf(row)), AbortSignal.abort())).rejects.toThrow(CancelledError);
  });
});
