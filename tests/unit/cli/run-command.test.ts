import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { runCommand } from "../../../sdk/src/cli/run-command.js";
import type { Surroundings } from "../../../sdk/src/cli/surroundings.js";
import { packageVersion } from "../../../sdk/src/package-manifest.js";
import { cardOf } from "../data/fixtures/cards.js";

let folder: string;
let model: string;
let good: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-cli-"));
  model = folder;
  const card = cardOf("byteLevel");
  const config = { vocab_size: card.vocabularySize, max_position_embeddings: 512, eos_token_id: null };
  const chat = (content: string) => ({
    messages: [
      { role: "user", content },
      { role: "assistant", content: "Hello" },
    ],
  });
  good = join(folder, "good.jsonl");
  await Promise.all([
    writeFile(join(folder, "tokenizer.json"), card.tokenizerJson),
    writeFile(join(folder, "tokenizer_config.json"), card.tokenizerConfigJson),
    writeFile(join(folder, "chat_template.jinja"), card.chatTemplate ?? ""),
    writeFile(join(folder, "config.json"), JSON.stringify(config)),
    writeFile(good, ["<b>one</b>", "two", "three", "four"].map((text) => JSON.stringify(chat(text))).join("\n")),
    writeFile(join(folder, "bad.jsonl"), '{"text":"fine"}\n{"text":3}\n{"messages":[]}\n{"text":\n'),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

/** A stream whose text is kept; not a terminal. */
function written() {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  return { stream, text: () => text };
}

let output: ReturnType<typeof written>;
let errors: ReturnType<typeof written>;
beforeEach(() => {
  output = written();
  errors = written();
});

function run(commandLine: readonly string[], changes: Partial<Surroundings> = {}) {
  const signal = new AbortController().signal;
  const streams = { output: output.stream, errors: errors.stream };
  return runCommand(commandLine, { ...streams, onProgress: () => {}, colour: false, signal, ...changes });
}

describe("midblock data preview", () => {
  test("shows the first rows with brackets, and nothing else on standard output", async () => {
    expect(await run(["data", "preview", good, "--model", model, "--rows", "2"])).toBe(0);
    expect(output.text().match(/good\.jsonl:\d/g)).toEqual(["good.jsonl:1", "good.jsonl:2"]);
    expect(output.text()).toContain("⟦Hello<|im_end|>⟧");
    expect(errors.text()).toBe("");
  });

  test("colours where they are wanted", async () => {
    expect(await run(["data", "preview", good, "--model", model], { colour: true })).toBe(0);
    expect(output.text()).toContain("\u001b[42m");
    expect(output.text()).not.toContain("⟦");
  });

  test("--html writes a page and says where", async () => {
    const page = join(folder, "page.html");
    expect(await run(["data", "preview", good, "--model", model, "--html", page])).toBe(0);
    const html = await readFile(page, "utf8");
    expect(html).toContain('<span class="token trained"');
    expect(html).not.toContain("<b>");
    expect(errors.text()).toBe(`Written: ${page}\n`);
    expect(output.text()).toBe("");
  });
});

describe("midblock data check", () => {
  test("sound data: the figures, and 0", async () => {
    expect(await run(["data", "check", good, "--model", model])).toBe(0);
    expect(output.text()).toMatch(/^rows +4$/m);
    expect(output.text()).toMatch(/^omitted +nothing$/m);
    expect(errors.text()).toBe("");
  });

  test("faults: each with file and line, what to do next, no stack, and 1", async () => {
    expect(await run(["data", "check", join(folder, "bad.jsonl"), "--model", model])).toBe(1);
    for (const line of [2, 3, 4]) expect(errors.text()).toContain(`bad.jsonl:${line}`);
    expect(errors.text()).not.toContain("bad.jsonl:1");
    expect(errors.text()).toContain("next:");
    expect(errors.text()).not.toMatch(/^\s+at /m);
    expect(output.text()).toBe("");
  });

  test("rows over the limit are faults, or are left out, counted and named where they may be", async () => {
    const long = join(folder, "long.jsonl");
    await writeFile(long, `{"text":"short"}\n{"text":"${"Q".repeat(60)}"}\n`);
    expect(await run(["data", "check", long, "--model", model, "--max-tokens", "50"])).toBe(1);
    expect(errors.text()).toContain("long.jsonl:2");
    expect(await run(["data", "check", long, "--model", model, "--max-tokens", "50", "--too-long", "drop"])).toBe(0);
    expect(output.text()).toMatch(/^examples +1,/m);
    expect(output.text()).toMatch(/long\.jsonl:2/);
  });
});

describe("a command line", () => {
  test.each([
    [["data", "check"]],
    [["data", "check", "x.jsonl", "--rows", "2"]],
    [["data", "preview", "x.jsonl", "--max-tokens", "none"]],
    [["data", "check", "x.jsonl", "--too-long", "cut"]],
    [["nothing"]],
  ])("%j is wrong: 2, told on standard error", async (commandLine) => {
    expect(await run(commandLine)).toBe(2);
    expect(errors.text()).toMatch(/error|Usage/);
    expect(output.text()).toBe("");
  });

  test("a file whose name tells no format is the user's to mend: 2", async () => {
    expect(await run(["data", "check", "data.txt", "--model", model])).toBe(2);
    expect(errors.text()).toContain(".jsonl");
  });

  test("a missing file is named: 1", async () => {
    expect(await run(["data", "check", join(folder, "none.jsonl"), "--model", model])).toBe(1);
    expect(errors.text()).toContain("none.jsonl");
  });

  test("what is stopped ends with 130", async () => {
    expect(await run(["data", "check", good, "--model", model], { signal: AbortSignal.abort() })).toBe(130);
  });

  test("help and version are no errors", async () => {
    expect(await run(["--version"])).toBe(0);
    expect(output.text()).toBe(`${packageVersion}\n`);
    expect(await run(["data", "preview", "--help"])).toBe(0);
    expect(output.text()).toContain("--too-long");
  });
});
