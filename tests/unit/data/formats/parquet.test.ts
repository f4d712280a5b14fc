import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { parquet } from "../../../../sdk/src/data/formats/parquet.js";
import { readExamples } from "../../../../sdk/src/data/read-examples.js";
import { fixture, questionsFile } from "../support/parquet-files.js";
import { errorOf, rowsOf, valuesOf } from "../support/reading.js";
import { temporaryFiles } from "../support/temporary-files.js";

const fileOf = temporaryFiles();
const columns = { prompt: "question", completion: "answer" };

describe("parquet", () => {
  test.each(["none", "snappy", "gzip", "brotli", "zstd", "lz4"])("reads row groups packed by %s", async (codec) => {
    const path = fixture(`questions.${codec}.parquet`);
    const rows = await rowsOf(parquet(path, columns));
    expect(rows).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((line) => ({
        source: { file: path, line },
        value: { prompt: `Wie heißt Nummer ${line}? 🫖`, completion: `Nummer ${line}` },
      })),
    );
  });

  test("gives every column, whole numbers as numbers, where none is named", async () => {
    const [first] = await valuesOf(parquet(fixture("questions.none.parquet")));
    expect(first).toEqual({ id: 1, question: "Wie heißt Nummer 1? 🫖", answer: "Nummer 1" });
  });

  test("reads conversations as the datasets library writes them, with null for every key that a message lacks", async () => {
    const examples = await readExamples(parquet(fixture("chats.parquet")));
    expect(examples.map((example) => example.kind === "messages" && example.messages)).toEqual([
      [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
      [
        { role: "user", content: "1 + 1?" },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "c1", type: "function", function: { name: "add", arguments: { a: 1 } } }],
        },
        { role: "tool", content: "2", tool_call_id: "c1" },
        { role: "assistant", content: "2" },
      ],
    ]);
  });

  test("reads token ids and weights", async () => {
    expect(await readExamples(parquet(fixture("tokens.parquet")))).toMatchObject([
      { kind: "tokens", tokenIds: [1, 2, 3], lossWeights: [0, 0, 1] },
    ]);
  });

  test("takes a column that is null in a row for absent there", async () => {
    const path = fixture("either.parquet");
    expect(await valuesOf(parquet(path))).toEqual([{ text: "a" }, { prompt: "b", completion: "c" }, {}]);
    expect((await errorOf(parquet(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:3`, check: "missing_messages_list" }),
    ]);
  });

  test("names the row and the path of a nested null", async () => {
    const path = fixture("nested-null.parquet");
    expect((await errorOf(parquet(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:2 messages[1].content`, found: "null", check: "missing_content" }),
    ]);
  });

  test("names a wrong column, with those that are there", async () => {
    const error = await errorOf(
      parquet(fixture("questions.none.parquet"), { prompt: "question", completion: "anwser" }),
    );
    expect(error.found).toBe("columns id, question, answer");
    expect(error.faults).toEqual([expect.objectContaining({ where: "completion", wanted: 'did you mean "answer"?' })]);
    const shaped = await errorOf(parquet(fixture("questions.none.parquet"), { shape: "text" }));
    expect(shaped.faults).toEqual([expect.objectContaining({ where: "text", check: "missing_column" })]);
  });

  test("refuses text that is not UTF-8 rather than put other characters in its place", async () => {
    expect((await errorOf(parquet(fixture("latin.parquet")))).message).toContain("latin.parquet can't be read");
  });

  test.each([
    ["empty", Buffer.alloc(0), "an empty file"],
    ["another file", Buffer.from('{"text": "a"}'), "another beginning"],
    ["packed as a whole", gzipSync(questionsFile("none")), "gzip data"],
  ])("refuses a file that is %s", async (_, bytes, found) => {
    expect(await errorOf(parquet(fileOf(bytes, "parquet")))).toMatchObject({
      found,
      wanted: expect.stringContaining("PAR1"),
    });
  });

  test("refuses a file that was cut off, or damaged within", async () => {
    const whole = readFileSync(fixture("questions.snappy.parquet"));
    const cut = fileOf(whole.subarray(0, 1000), "parquet");
    expect((await errorOf(parquet(cut, columns))).message).toContain(`${cut} can't be read`);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 900, 1100);
    await expect(readExamples(parquet(fileOf(damaged, "parquet"), columns))).rejects.toMatchObject({
      code: "invalid-data",
    });
  });
});
