import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { packageVersion } from "../../../sdk/src/package-manifest.js";
import { modelFolder, run } from "./support/command.js";

let folder: string;
let model: string;
let good: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ folder, remove } = await modelFolder());
  model = folder;
  const chat = (content: string) => ({
    messages: [
      { role: "user", content },
      { role: "assistant", content: "Hello" },
    ],
  });
  good = join(folder, "good.jsonl");
  await Promise.all([
    writeFile(good, ["<b>one</b>", "two", "three", "four"].map((text) => JSON.stringify(chat(text))).join("\n")),
    writeFile(join(folder, "bad.jsonl"), '{"text":"fine"}\n{"text":3}\n{"messages":[]}\n{"text":\n'),
  ]);
});
afterAll(() => remove());

describe("midblock data preview", () => {
  test("shows the first rows with brackets, and nothing else on standard output", async () => {
    const result = await run(["data", "preview", good, "--model", model, "--rows", "2"]);
    expect(result.code).toBe(0);
    expect(result.output.match(/good\.jsonl:\d/g)).toEqual(["good.jsonl:1", "good.jsonl:2"]);
    expect(result.output).toContain("⟦Hello<|im_end|>⟧");
    expect(result.errors).toBe("");
  });

  test("colours where they are wanted", async () => {
    const result = await run(["data", "preview", good, "--model", model], { colour: true });
    expect(result.code).toBe(0);
    expect(result.output).toContain("\u001b[42m");
    expect(result.output).not.toContain("⟦");
  });

  test("--html writes a page and says where", async () => {
    const page = join(folder, "page.html");
    const result = await run(["data", "preview", good, "--model", model, "--html", page]);
    expect(result.code).toBe(0);
    const html = await readFile(page, "utf8");
    expect(html).toContain('<span class="token trained"');
    expect(html).not.toContain("<b>");
    expect(result.errors).toBe(`Written: ${page}\n`);
    expect(result.output).toBe("");
  });
});

describe("midblock data check", () => {
  test("sound data: the figures, and 0", async () => {
    const result = await run(["data", "check", good, "--model", model]);
    expect(result.code).toBe(0);
    expect(result.output).toMatch(/^rows +4$/m);
    expect(result.output).toMatch(/^omitted +nothing$/m);
    expect(result.errors).toBe("");
  });

  test("faults: each with file and line, what to do next, no stack, and 1", async () => {
    const result = await run(["data", "check", join(folder, "bad.jsonl"), "--model", model]);
    expect(result.code).toBe(1);
    for (const line of [2, 3, 4]) expect(result.errors).toContain(`bad.jsonl:${line}`);
    expect(result.errors).not.toContain("bad.jsonl:1");
    expect(result.errors).toContain("next:");
    expect(result.errors).not.toMatch(/^\s+at /m);
  });

  test("beside faults: how many rows are sound, and how many faults each check found", async () => {
    const result = await run(["data", "check", join(folder, "bad.jsonl"), "--model", model]);
    expect(result.code).toBe(1);
    const figures = result.output
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().split(/ {2,}/));
    expect(figures).toEqual([
      ["rows", "4"],
      ["sound rows", "1"],
      ["faulty rows", "3"],
      ["faults", "3"],
      ["missing_text", "1"],
      ["missing_messages_list", "1"],
      ["invalid_json", "1"],
    ]);
  });

  test("many faults: fifty are shown, all are counted, and all are in a file", async () => {
    const many = join(folder, "many.jsonl");
    await writeFile(many, '{"text":""}\n'.repeat(60));
    const result = await run(["data", "check", many, "--model", model]);
    expect(result.code).toBe(1);
    expect(result.output).toMatch(/missing_text +60$/m);
    expect(result.errors.match(/many\.jsonl:\d+ text/g)).toHaveLength(50);
    const file = /all are in (\S+)/.exec(result.errors)?.[1] ?? "";
    expect((await readFile(file, "utf8")).trimEnd().split("\n")).toHaveLength(60);
    await rm(dirname(file), { recursive: true });
  });

  test("what can't be read has no figures, only its error", async () => {
    const broken = join(folder, "broken.parquet");
    await writeFile(broken, "PAR2");
    const result = await run(["data", "check", broken, "--model", model]);
    expect(result.code).toBe(1);
    expect(result.output).toBe("");
    expect(result.errors).toContain("broken.parquet");
  });

  test("rows over the limit are faults, or are left out, counted and named where they may be", async () => {
    const long = join(folder, "long.jsonl");
    await writeFile(long, `{"text":"short"}\n{"text":"${"Q".repeat(60)}"}\n`);
    let result = await run(["data", "check", long, "--model", model, "--max-tokens", "50"]);
    expect(result.code).toBe(1);
    expect(result.errors).toContain("long.jsonl:2");
    result = await run(["data", "check", long, "--model", model, "--max-tokens", "50", "--too-long", "drop"]);
    expect(result.code).toBe(0);
    expect(result.output).toMatch(/^examples +1,/m);
    expect(result.output).toMatch(/long\.jsonl:2/);
  });
});

describe("a command line", () => {
  test.each([
    [["data", "check"]],
    [["data", "check", "x.jsonl", "--rows", "2"]],
    [["data", "preview", "x.jsonl", "--max-tokens", "none"]],
    [["data", "check", "x.jsonl", "--too-long", "cut"]],
    [["data", "check", "x.jsonl", "--untrained", "keep"]],
    [["data", "check", "x.jsonl", "--train", "user"]],
    [["data", "check", "x.jsonl", "--column", "prompt"]],
    [["nothing"]],
  ])("%j is wrong: 2, told on standard error", async (commandLine) => {
    const result = await run(commandLine);
    expect(result.code).toBe(2);
    expect(result.errors).toContain("--help");
    expect(result.output).toBe("");
  });

  test("a file whose name tells no format is the user's to mend: 2", async () => {
    const result = await run(["data", "check", "data.txt", "--model", model]);
    expect(result.code).toBe(2);
    expect(result.errors).toContain(".jsonl");
    expect(result.errors).toContain("--help");
  });

  test("a missing file is named: 1", async () => {
    const result = await run(["data", "check", join(folder, "none.jsonl"), "--model", model]);
    expect(result.code).toBe(1);
    expect(result.errors).toContain("none.jsonl");
  });

  test("what is stopped ends with 130", async () => {
    const result = await run(["data", "check", good, "--model", model], { signal: AbortSignal.abort() });
    expect(result.code).toBe(130);
  });

  test("help and version are no errors", async () => {
    let result = await run(["--version"]);
    expect(result.code).toBe(0);
    expect(result.output).toBe(`${packageVersion}\n`);
    result = await run(["data", "preview", "--help"]);
    expect(result.code).toBe(0);
    expect(result.output).toContain("--too-long");
  });
});
