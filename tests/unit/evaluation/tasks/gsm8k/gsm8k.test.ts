import { expect, test } from "@jest/globals";
import type { DataSource } from "../../../../../sdk/src/data/data-source.js";
import { gsm8k } from "../../../../../sdk/src/evaluation/tasks/gsm8k/gsm8k.js";
import { rowsSource } from "../../../../support/rows-source.js";

const asked = rowsSource([
  { question: "How many legs have 2 dogs?", answer: "2 * 4 = 8\n#### 8" },
  { question: "And 3 birds?", answer: "3 * 2 = 6\n#### 6" },
]);
const pool = rowsSource(
  Array.from({ length: 30 }, (_, index) => ({ question: `q${index}`, answer: `a${index}\n#### ${index}` })),
);

test("asks after examples drawn as the reference draws them", async () => {
  const task = gsm8k({ data: asked, examples: pool, fewShot: 2 });
  const items = await task.load();
  // CPython: random.Random(1234); sample(range(30), 2) twice.
  expect(items.map((item) => item.examples.map(({ question }) => question))).toEqual([
    ["q24", "q14"],
    ["q3", "q0"],
  ]);
  const [first] = items;
  if (first === undefined) throw new Error("no item");
  const [one, other] = first.examples;
  expect(task.prompt(first)).toBe(
    `Question: ${one?.question}\nAnswer: ${one?.answer}\n\nQuestion: ${other?.question}\nAnswer: ${other?.answer}\n\nQuestion: How many legs have 2 dogs?\nAnswer:`,
  );
  expect(task.target(first)).toBe("2 * 4 = 8\n#### 8");
});

test("without examples the pool is not read", async () => {
  const unread: DataSource = {
    name: "unread",
    rows: () => {
      throw new Error("was read");
    },
  };
  const task = gsm8k({ data: asked, examples: unread, fewShot: 0, limit: 1 });
  const items = await task.load();
  expect(items).toHaveLength(1);
  expect(items.map((item) => task.prompt(item))).toEqual(["Question: How many legs have 2 dogs?\nAnswer:"]);
});

test("as a chat all stands in one message, or each example is a turn", async () => {
  const whole = gsm8k({ data: asked, examples: pool, fewShot: 1, style: "chat", limit: 1 });
  const turns = gsm8k({ data: asked, examples: pool, fewShot: 1, style: "chat", fewShotAsTurns: true, limit: 1 });
  const [item] = await whole.load();
  if (item === undefined) throw new Error("no item");
  const prompt = whole.prompt(item);
  expect(prompt).toHaveLength(1);
  const roles = turns.prompt(item);
  expect(typeof roles === "string" ? [] : roles.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
});

test("judges by each rule, and says what each took for the answer", async () => {
  const task = gsm8k({ data: asked, fewShot: 0 });
  const [item] = await task.load();
  if (item === undefined) throw new Error("no item");
  expect(await task.score(item, " There are 2 dogs.\n#### 8.00 legs")).toEqual({
    metrics: { "strict-match": 0, "flexible-extract": 0, numeric: 1 },
    extractions: { "strict-match": "8.00", "flexible-extract": "8.00", numeric: "8" },
    extracted: "8.00",
    invalid: false,
  });
  expect(await task.score(item, "no idea")).toMatchObject({ invalid: true, extracted: "[invalid]" });
});

test("tells every faulty row and every faulty option", async () => {
  const faulty = rowsSource([{ question: "a" }, { question: 1, answer: "b" }]);
  await expect(gsm8k({ data: faulty, fewShot: 0 }).load()).rejects.toMatchObject({
    code: "invalid-data",
    faults: [{ where: "(memory):1 answer" }, { where: "(memory):2 question" }],
  });
  expect(() => gsm8k({ limit: 0, fewShot: -1 })).toThrow("2 faults");
});
