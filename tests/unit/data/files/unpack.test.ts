import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { unpacked } from "../../../../sdk/src/data/files/unpack.js";
import { jsonl } from "../../../../sdk/src/data/formats/jsonl.js";
import { fixture } from "../support/parquet-files.js";
import { bytesOf, errorOf, inChunks, valuesOf } from "../support/reading.js";
import { temporaryFiles } from "../support/temporary-files.js";

const fileOf = temporaryFiles();
const lines = Array.from({ length: 500 }, (_, index) => ({ text: `${index} ${"ab c".repeat(200)}` }));

describe("unpacked", () => {
  test.each([1, 2, 5, 1000])("gives what is not packed as it is, cut into pieces of %d", async (size) => {
    const bytes = Buffer.from("hello, world");
    expect(await bytesOf(unpacked(inChunks(bytes, size)))).toEqual(bytes);
  });

  test("gives nothing for nothing", async () => {
    expect(await bytesOf(unpacked(inChunks(Buffer.alloc(0), 1)))).toHaveLength(0);
  });

  test("unpacks gzip of several members", async () => {
    const packed = Buffer.concat([gzipSync("one "), gzipSync("two")]);
    expect(String(await bytesOf(unpacked(inChunks(packed, 3))))).toBe("one two");
  });

  test.each(["lines", "frames"])(
    "unpacks the zstd file %s that another library wrote, however it is cut",
    async (name) => {
      const packed = readFileSync(fixture(`${name}.jsonl.zst`));
      const wanted = lines
        .map((line) => `${JSON.stringify(line)}\n`)
        .join("")
        .replaceAll('"text":', '"text": ');
      for (const size of [1, 17, 100_000]) {
        expect(String(await bytesOf(unpacked(inChunks(packed, size))))).toBe(wanted);
      }
    },
  );
});

describe("a packed file of lines", () => {
  test("is read whatever its name is", async () => {
    expect(await valuesOf(jsonl(fixture("lines.jsonl.zst")))).toEqual(lines);
    expect(await valuesOf(jsonl(fileOf(gzipSync('{"text": "a"}'), "txt")))).toEqual([{ text: "a" }]);
  });

  test("of gzip that was cut off names the last row that came", async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      JSON.stringify({ text: `row ${index} ${Math.sin(index)}` }),
    );
    const packed = gzipSync(`${rows.join("\n")}\n`);
    const path = fileOf(packed.subarray(0, packed.length - 100_000), "jsonl.gz");
    const error = await errorOf(jsonl(path));
    const [, line] = /can't be read past .*:(\d+)\./.exec(error.message) ?? [];
    expect(Number(line)).toBeGreaterThan(1000);
    expect(error.found).toBe("unexpected end of file");
    expect(error.nextStep).toContain("damaged or cut off");
  });

  test("of gzip that is damaged, or zstd that was cut off, is an error", async () => {
    const damaged = gzipSync("a".repeat(1000));
    damaged.fill(0, 12, 16);
    expect((await errorOf(jsonl(fileOf(damaged)))).message).toContain("can't be read");
    const packed = readFileSync(fixture("lines.jsonl.zst"));
    for (const length of [6, 500, packed.length - 2]) {
      expect((await errorOf(jsonl(fileOf(packed.subarray(0, length))))).found).toContain("unexpected EOF");
    }
  });
});
