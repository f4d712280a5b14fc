import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { jsonl } from "../../../../sdk/src/data/formats/jsonl.js";
import { parquet } from "../../../../sdk/src/data/formats/parquet.js";
import { FileServer, hubError } from "../support/file-server.js";
import { questionsFile } from "../support/parquet-files.js";
import { errorOf, valuesOf } from "../support/reading.js";

const rows = Array.from({ length: 2000 }, (_, index) => ({ text: `row ${index}` }));
const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const place = "/datasets/org/name/resolve/main/data/train.jsonl";

let server: FileServer;
const outside = { HF_ENDPOINT: process.env["HF_ENDPOINT"], HF_TOKEN: process.env["HF_TOKEN"] };

beforeEach(async () => {
  server = await FileServer.start();
  process.env["HF_ENDPOINT"] = `${server.origin}/`;
  delete process.env["HF_TOKEN"];
});

afterEach(async () => {
  for (const [name, value] of Object.entries(outside)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await server[Symbol.asyncDispose]();
});

describe("a file of a data set on the hub", () => {
  test("is found under HF_ENDPOINT and streamed from where that redirects to", async () => {
    server.files.set(place, { bytes });
    expect(await valuesOf(jsonl("hf://org/name/data/train.jsonl"))).toEqual(rows);
    expect(server.asked.map(({ path }) => path)).toContain(`store:${place}`);
  });

  test("may be named with datasets/, and with a revision", async () => {
    server.files.set("/datasets/org/name/resolve/v1/data/train.jsonl", { bytes });
    expect(await valuesOf(jsonl("hf://datasets/org/name@v1/data/train.jsonl"))).toHaveLength(2000);
  });

  test("may have a name that a URL needs to escape", async () => {
    server.files.set("/datasets/org/name/resolve/main/a%20%23b.jsonl", { bytes });
    expect(await valuesOf(jsonl("hf://org/name/a #b.jsonl"))).toHaveLength(2000);
  });

  test("is read with HF_TOKEN, which never goes to another origin", async () => {
    process.env["HF_TOKEN"] = "hf_secret";
    server.files.set(place, { bytes, token: "hf_secret" });
    expect(await valuesOf(jsonl("hf://org/name/data/train.jsonl"))).toEqual(rows);
    const stored = server.asked.filter(({ path }) => path.startsWith("store:"));
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test("that needs a token says which variable holds it, without telling a wrong one", async () => {
    process.env["HF_TOKEN"] = "hf_wrong";
    server.files.set(place, { bytes, token: "hf_secret" });
    const error = await errorOf(jsonl("hf://org/name/data/train.jsonl"));
    expect(error.message).toContain("hf://org/name/data/train.jsonl can't be read");
    expect(error.found).toContain("Access to this dataset is restricted");
    expect(error.nextStep).toContain("HF_TOKEN");
    expect(error.message).not.toContain("hf_wrong");
  });

  test("that is not there says so, apart from a data set that is not there", async () => {
    expect((await errorOf(jsonl("hf://org/name/none.jsonl"))).found).toContain("status 404: there is no such file");
    server.files.set(place, { bytes, refusals: [hubError(404, "RepoNotFound", "Repository not found")] });
    expect((await errorOf(jsonl("hf://org/name/data/train.jsonl"))).found).toContain("Repository not found");
  });

  test("is asked for again while the hub is busy", async () => {
    const busy = { ...hubError(429, "", "Too many requests"), headers: { "retry-after": "0" } };
    server.files.set(place, { bytes, refusals: [busy, busy] });
    expect(await valuesOf(jsonl("hf://org/name/data/train.jsonl"))).toEqual(rows);
  });

  test("goes on where its connection broke", async () => {
    server.files.set(place, { bytes, breaks: [10_000] });
    expect(await valuesOf(jsonl("hf://org/name/data/train.jsonl"))).toEqual(rows);
    expect(server.asked.map(({ range }) => range)).toContain(`bytes=10000-${bytes.length - 1}`);
  });

  test("in Parquet is read by ranges", async () => {
    server.files.set("/datasets/org/name/resolve/main/q.parquet", { bytes: questionsFile("zstd") });
    const source = parquet("hf://org/name/q.parquet", { prompt: "question", completion: "answer" });
    expect(await valuesOf(source)).toHaveLength(7);
  });
});
