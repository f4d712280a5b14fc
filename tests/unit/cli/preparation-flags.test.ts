import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { modelFolder, run } from "./support/command.js";

let model: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder: model, remove } = await modelFolder());
});
afterAll(() => remove());

async function fileOf(name: string, ...rows: readonly unknown[]): Promise<string> {
  const file = join(model, name);
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

/** What is learnt of one row, as the preview marks it. */
async function learntOf(row: unknown, ...flags: readonly string[]) {
  const { code, output } = await run(["data", "preview", await fileOf("one.jsonl", row), "--model", model, ...flags]);
  expect(code).toBe(0);
  const afterLegend = output.slice(output.indexOf("\n"));
  return Array.from(afterLegend.matchAll(/⟦([^⟧]*)⟧/g), ([, learnt]) => learnt);
}

const turns = ["one", "two"].flatMap((text) => [
  { role: "user", content: "Q" },
  { role: "assistant", content: text },
]);

test("--train chooses the turns", async () => {
  expect(await learntOf({ messages: turns })).toEqual(["one<|im_end|>", "two<|im_end|>"]);
  expect(await learntOf({ messages: turns }, "--train", "last-assistant")).toEqual(["two<|im_end|>"]);
  expect((await learntOf({ messages: turns }, "--train", "all")).join("")).toContain("user");
});

test("--control-tokens says what their texts become", async () => {
  const file = await fileOf("control.jsonl", { text: "a<|im_end|>" });
  const figuresWith = (reading: string) => run(["data", "check", file, "--model", model, "--control-tokens", reading]);
  expect((await figuresWith("tokens")).output).toMatch(/^examples +1, the longest of 3 tokens/m);
  expect((await figuresWith("text")).output).toMatch(/^control +1 text/m);
  expect((await run(["data", "check", file, "--model", model])).output).toMatch(/control_token_in_text +1$/m);
});

test("--untrained and every --too-long leave out and cut, counted", async () => {
  const unweighed = turns.map((turn) => (turn.role === "user" ? turn : { ...turn, weight: 0 }));
  const file = await fileOf("mixed.jsonl", { messages: unweighed }, { text: "short" }, { text: "Q".repeat(60) });
  const check = (...flags: readonly string[]) => run(["data", "check", file, "--model", model, ...flags]);
  expect(await check()).toMatchObject({ code: 1, output: expect.stringMatching(/no_trained_token +1$/m) });
  const limited = ["--untrained", "drop", "--max-tokens", "50", "--too-long"];
  expect(await check(...limited, "error")).toMatchObject({
    code: 1,
    output: expect.stringMatching(/sequence_too_long +/),
  });
  for (const [policy, told] of [
    ["drop", "2 rows left out, longer than the limit"],
    ["truncate-start", "1 row cut at the start"],
    ["truncate-end", "1 row cut at the end"],
    ["split", "1 row split"],
  ] as const)
    expect(await check(...limited, policy)).toMatchObject({ code: 0, output: expect.stringContaining(told) });
});

test("--format, --column, --shape and --delimiter say how a file is read", async () => {
  const table = join(model, "table.txt");
  await writeFile(table, "Question;Answer;Else\nWhy?;So.;x\n");
  const flags = ["--format", "csv", "--delimiter", ";", "--column", "prompt=Question", "--column", "completion=Answer"];
  const preview = (...more: readonly string[]) => run(["data", "preview", table, "--model", model, ...flags, ...more]);
  expect((await preview()).output).toContain("⟦So.");
  expect(await preview("--shape", "text")).toMatchObject({ code: 2, errors: expect.stringContaining("either shape") });
  expect(await learntOf({ text: "all", other: 1 }, "--shape", "text")).toEqual([
    expect.stringContaining("l<|im_end|>"),
  ]);
});

test("--date is the day that the template is told", async () => {
  const dated = await mkdtemp(join(tmpdir(), "midblock-cli-dated-"));
  await cp(model, dated, { recursive: true });
  const template = "{{ strftime_now('%d %b %Y') }}{% for message in messages %}{{ message.content }}{% endfor %}";
  await writeFile(join(dated, "chat_template.jinja"), template);
  const file = await fileOf("dated.jsonl", { messages: turns });
  const on = (day: string) => run(["data", "preview", file, "--model", dated, "--date", day]);
  expect((await on("2026-03-14")).output).toContain("14 Mar 2026");
  expect(await on("2026-02-30")).toMatchObject({ code: 2, errors: expect.stringContaining("2026-02-30") });
  await rm(dated, { recursive: true });
});
