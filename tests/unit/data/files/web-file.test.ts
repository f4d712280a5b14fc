import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { jsonl } from "../../../../sdk/src/data/formats/jsonl.js";
import { parquet } from "../../../../sdk/src/data/formats/parquet.js";
import { readExamples } from "../../../../sdk/src/data/read-examples.js";
import { CancelledError } from "../../../../sdk/src/errors.js";
import { FileServer } from "../support/file-server.js";
import { questionsFile } from "../support/parquet-files.js";
import { errorOf, valuesOf } from "../support/reading.js";

const rows = Array.from({ length: 2000 }, (_, index) => ({ text: `row ${index}` }));
const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

let server: FileServer;
beforeEach(async () => {
  server = await FileServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

describe("a file on the web", () => {
  test("is streamed, and named without its query", async () => {
    server.files.set("/a.jsonl", { bytes });
    const source = jsonl(server.url("/a.jsonl?signature=secret"));
    expect(source.name).toBe(`${server.origin}/a.jsonl`);
    expect(await valuesOf(source)).toEqual(rows);
  });

  test("is unpacked by its first bytes", async () => {
    server.files.set("/a", { bytes: gzipSync(bytes) });
    expect(await valuesOf(jsonl(server.url("/a")))).toEqual(rows);
  });

  test("is asked for again while the server is busy", async () => {
    const busy = [429, 503].map((status) => ({ status, headers: { "retry-after": "0" } }));
    server.files.set("/a.jsonl", { bytes, refusals: busy });
    expect(await valuesOf(jsonl(server.url("/a.jsonl")))).toEqual(rows);
    expect(server.asked).toHaveLength(3);
  });

  test("is given up on after four tries, or when the wait would be long", async () => {
    const busy = { status: 429, headers: { "retry-after": "0" } };
    server.files.set("/busy.jsonl", { bytes, refusals: Array.from({ length: 9 }, () => busy) });
    expect((await errorOf(jsonl(server.url("/busy.jsonl")))).found).toContain("status 429: too many requests");
    expect(server.asked).toHaveLength(4);
    server.files.set("/later.jsonl", { bytes, refusals: [{ status: 503, headers: { "retry-after": "3600" } }] });
    expect((await errorOf(jsonl(server.url("/later.jsonl")))).found).toContain("status 503");
    expect(server.asked).toHaveLength(5);
  });

  test.each([
    [401, "credentials"],
    [403, "credentials"],
    [404, "there is no such file"],
    [410, "there is no such file"],
  ])("that is answered by %s tells so at once", async (status, meaning) => {
    server.files.set("/a.jsonl", { bytes, refusals: [{ status }] });
    const error = await errorOf(jsonl(server.url("/a.jsonl")));
    expect(error.message).toContain(`${server.origin}/a.jsonl can't be read`);
    expect(error.found).toContain(`status ${status}: `);
    expect(error.found).toContain(meaning);
    expect(server.asked).toHaveLength(1);
  });

  test("goes on where its connection broke", async () => {
    server.files.set("/a.jsonl", { bytes, breaks: [10_000, 10_000] });
    expect(await valuesOf(jsonl(server.url("/a.jsonl")))).toEqual(rows);
    expect(server.asked.map(({ range }) => range)).toEqual([undefined, "bytes=10000-", "bytes=20000-"]);
  });

  test("that disappears while it is read names the last row that came", async () => {
    const file = { bytes, breaks: [10_000], refusals: [] as { status: number }[] };
    server.files.set("/a.jsonl", file);
    const source = jsonl(server.url("/a.jsonl"));
    const reading = source.rows()[Symbol.asyncIterator]();
    await reading.next();
    file.refusals.push({ status: 404 });
    const error = await drain(reading);
    expect(String(error)).toMatch(/can't be read past http:.*\/a\.jsonl:\d{3}\.\n.*there is no such file/);
  });

  test("that changes while it is read is not spliced", async () => {
    const file = { bytes, breaks: [10_000], etag: '"one"' };
    server.files.set("/a.jsonl", file);
    const reading = jsonl(server.url("/a.jsonl")).rows()[Symbol.asyncIterator]();
    await reading.next();
    file.etag = '"two"';
    expect(String(await drain(reading))).toContain("the file changed while it was read");
  });

  test("behind a server that is gone tells the reason", async () => {
    const url = server.url("/a.jsonl");
    await server[Symbol.asyncDispose]();
    server = await FileServer.start();
    const error = await errorOf(jsonl(url));
    expect(error.found).toContain("ECONNREFUSED");
  }, 30_000);

  test("stops on the signal while it is read", async () => {
    server.files.set("/a.jsonl", { bytes });
    const stopping = new AbortController();
    const reading = jsonl(server.url("/a.jsonl")).rows(stopping.signal)[Symbol.asyncIterator]();
    await reading.next();
    stopping.abort();
    expect(await drain(reading)).toBeInstanceOf(CancelledError);
  });

  test("stops on the signal while it waits for a busy server", async () => {
    server.files.set("/a.jsonl", { bytes, refusals: [{ status: 503, headers: { "retry-after": "50" } }] });
    const stopping = new AbortController();
    const reading = readExamples(jsonl(server.url("/a.jsonl")), stopping.signal);
    setTimeout(() => stopping.abort(), 0);
    await expect(reading).rejects.toThrow(CancelledError);
  });
});

describe("a Parquet file on the web", () => {
  test("is read by ranges", async () => {
    server.files.set("/q.parquet", { bytes: questionsFile("snappy") });
    expect(await valuesOf(parquet(server.url("/q.parquet"), { text: "answer" }))).toHaveLength(7);
    expect(server.asked.every(({ range }) => range !== undefined)).toBe(true);
  });

  test("needs a server that gives ranges", async () => {
    server.files.set("/q.parquet", { bytes: questionsFile("snappy"), ranges: false });
    const error = await errorOf(parquet(server.url("/q.parquet"), { text: "answer" }));
    expect(error.found).toContain("download the file and give its path");
  });
});

/** What reading to the end throws. */
async function drain(reading: AsyncIterator<unknown>): Promise<unknown> {
  try {
    while (!(await reading.next()).done);
  } catch (error) {
    return error;
  }
  throw new Error("the file was read to its end");
}
