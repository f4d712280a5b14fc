/** Answers kept in files, over a real folder. */
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { AnswerCache } from "../../../../sdk/src/evaluation/answers/answer-cache.js";

const schema = z.object({ text: z.string() });
const model = `sha256:${"ab".repeat(32)}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-answers-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function cacheOf(maxBytes = 1_000_000): AnswerCache {
  return new AnswerCache({ folder, maxBytes });
}

async function keep(cache: AnswerCache, answers: Readonly<Record<string, string>>, ofModel = model): Promise<void> {
  const file = cache.open(ofModel);
  for (const [key, text] of Object.entries(answers)) await file.keep(key, { text });
  await file.close();
}

async function found(cache: AnswerCache, keys: readonly string[], ofModel = model): Promise<Record<string, string>> {
  const answers = await cache.open(ofModel).find(new Set(keys), schema);
  return Object.fromEntries([...answers].map(([key, { text }]) => [key, text]));
}

async function pathOfModel(): Promise<string> {
  const [name = ""] = await readdir(folder);
  return join(folder, name);
}

describe("AnswerCache", () => {
  test("gives back what was asked for and nothing else, whatever the text", async () => {
    const text = "line\nfeed, separator \u2028, half a character \ud800, 漢字";
    await keep(cacheOf(), { one: text, two: "2" });
    expect(await found(cacheOf(), ["one", "three"])).toEqual({ one: text });
    expect(await found(cacheOf(), ["one"], "sha256:another")).toEqual({});
  });

  test("a file that is not there yet holds nothing", async () => {
    expect(await found(new AnswerCache({ folder: join(folder, "later"), maxBytes: 10 }), ["one"])).toEqual({});
  });

  test("a line torn by the end of its writer counts as none, and the next one stands by itself", async () => {
    await keep(cacheOf(), { one: "1", two: "2" });
    const path = await pathOfModel();
    await truncate(path, (await readFile(path)).length - 5);
    expect(await found(cacheOf(), ["one", "two"])).toEqual({ one: "1" });
    await keep(cacheOf(), { three: "3" });
    expect(await found(cacheOf(), ["one", "two", "three"])).toEqual({ one: "1", three: "3" });
  });

  test("a damaged line counts as none, also where it is still an answer in form", async () => {
    await keep(cacheOf(), { one: "yes", two: "2" });
    const path = await pathOfModel();
    await writeFile(path, (await readFile(path, "utf8")).replace("yes", "yeS"));
    expect(await found(cacheOf(), ["one", "two"])).toEqual({ two: "2" });
    await appendFile(path, "\n\u0000 garbage\n");
    expect(await found(cacheOf(), ["one", "two"])).toEqual({ two: "2" });
  });

  test("an answer of another form than is wanted counts as none", async () => {
    const file = cacheOf().open(model);
    await file.keep("one", { logProbabilities: [-1] });
    await file.close();
    expect(await found(cacheOf(), ["one"])).toEqual({});
  });

  test("two clients write the same file at once", async () => {
    const [left, right] = [cacheOf().open(model), cacheOf().open(model)];
    const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
    const write = async (file: typeof left, parity: number) => {
      for (const [index, key] of keys.entries())
        if (index % 2 === parity) await file.keep(key, { text: key.repeat(50) });
      await file.close();
    };
    await Promise.all([write(left, 0), write(right, 1)]);
    expect(Object.keys(await found(cacheOf(), keys))).toHaveLength(keys.length);
  });

  test("the models unused for longest are forgotten where room is needed", async () => {
    const answer = { key: "x".repeat(2000) };
    const names = ["sha256:1", "sha256:2", "sha256:3"];
    for (const name of names) await keep(cacheOf(), answer, name);
    // The first is the oldest but for having been used since.
    for (const [index, name] of names.entries()) {
      const at = new Date(1_700_000_000_000 + index * 1000);
      await utimes(join(folder, `${name.replace("sha256:", "")}.answers`), at, at);
    }
    await found(cacheOf(), ["key"], "sha256:1");
    await keep(cacheOf(7000), answer, "sha256:4");
    expect((await readdir(folder)).sort()).toEqual(["1.answers", "3.answers", "4.answers"]);
  });

  test("what has no room, or no folder, is told once and not kept; the evaluation goes on", async () => {
    // A test's process object is a copy of jest's, which warnings do not reach.
    const told = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
    const small = cacheOf(100).open(model);
    await small.keep("one", { text: "x".repeat(200) });
    await small.keep("two", { text: "2" });
    await small.close();
    await writeFile(join(folder, "a-file"), "");
    const nowhere = new AnswerCache({ folder: join(folder, "a-file"), maxBytes: 1000 }).open(model);
    await nowhere.keep("one", { text: "1" });
    expect(await nowhere.find(new Set(["one"]), schema)).toEqual(new Map());
    const messages = told.mock.calls.map(([message]) => String(message));
    told.mockRestore();
    expect(await found(cacheOf(), ["one", "two"])).toEqual({});
    expect(messages).toEqual([
      expect.stringMatching(/limit of 100 bytes is reached.*evaluationCache/),
      expect.stringMatching(/a-file.*evaluationCache/),
    ]);
  });
});
