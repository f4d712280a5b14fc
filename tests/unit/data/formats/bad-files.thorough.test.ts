/** Files that are wrong in ways that must neither crash nor hang, each told with its place. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { linesOf } from "../../../../sdk/src/data/files/lines.js";
import { csv } from "../../../../sdk/src/data/formats/csv.js";
import { json } from "../../../../sdk/src/data/formats/json.js";
import { jsonl } from "../../../../sdk/src/data/formats/jsonl.js";
import { errorOf } from "../support/reading.js";
import { temporaryFiles } from "../support/temporary-files.js";

const fileOf = temporaryFiles();
const hugeText = Buffer.alloc(50 * 2 ** 20, "a");

describe("one row of 50 MB", () => {
  const sound = '{"text": "a"}';

  test("in JSON Lines is told with its size, and the rows after it are read", async () => {
    const path = fileOf(
      Buffer.concat([Buffer.from(`${sound}\n{"text": "`), hugeText, Buffer.from('"}\n{"text": 5}\n')]),
    );
    expect((await errorOf(jsonl(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:2`, found: "52428812 bytes", check: "row_too_large" }),
      expect.objectContaining({ where: `${path}:3 text` }),
    ]);
  });

  test("in a JSON list is told likewise", async () => {
    const path = fileOf(
      Buffer.concat([Buffer.from(`[${sound},\n{"text": "`), hugeText, Buffer.from('"}, {"text": 5}]')]),
      "json",
    );
    expect((await errorOf(json(path))).faults).toEqual([
      expect.objectContaining({ where: `${path}:2 row 2`, check: "row_too_large" }),
      expect.objectContaining({ where: `${path}:2 row 3 text` }),
    ]);
  });

  test.each([
    ["without a line feed", hugeText],
    ["of many lines in one open quote", Buffer.alloc(17 * 2 ** 20, `${"a".repeat(79)}\n`)],
  ])(
    "in CSV %s is told at its first line",
    async (_, text) => {
      const path = fileOf(Buffer.concat([Buffer.from('text\na\n"'), text, Buffer.from('"\n')]), "csv");
      expect((await errorOf(csv(path))).faults).toEqual([
        expect.objectContaining({ where: `${path}:3`, check: "row_too_large" }),
      ]);
    },
    60_000,
  );
});

test("a line that does not end for gigabytes takes no memory", async () => {
  async function* endless() {
    for (let chunk = 0; chunk < 2048; chunk++) yield hugeText.subarray(0, 2 ** 20);
  }
  const before = process.memoryUsage().rss;
  for await (const line of linesOf(endless())) expect(line).toMatchObject({ number: 1, length: 2 ** 31 });
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
});

test("a million lines with one bad at the end name that line alone", async () => {
  const path = fileOf("");
  const stream = createWriteStream(path);
  const block = '{"text": "a"}\n'.repeat(10_000);
  for (let written = 0; written < 100; written++) if (!stream.write(block)) await once(stream, "drain");
  stream.end('{"text": "b",}\n');
  await once(stream, "finish");
  const { faults, message } = await errorOf(jsonl(path));
  expect(faults).toEqual([expect.objectContaining({ where: `${path}:1000001`, check: "invalid_json" })]);
  expect(message).toContain("1 fault in 1 row");
}, 120_000);
