import { expect, test } from "@jest/globals";
import { generation } from "../../../../../sdk/src/evaluation/tasks/generation/generation.js";
import { exact, jsonSchema, numeric, pattern } from "../../../../../sdk/src/evaluation/tasks/generation/rules.js";
import { rowsSource } from "../../../../support/rows-source.js";

const chat = {
  messages: [
    { role: "user", content: "2 + 2?" },
    { role: "assistant", content: "4" },
  ],
};

test("asks with all but the wanted answer, in either shape, and hands it to the rule", async () => {
  const task = generation({ data: rowsSource([chat, { prompt: "3 + 3 =", completion: " 6" }]), rule: exact() });
  const items = await task.load();
  expect(items.map((item) => [task.prompt(item), task.target(item)])).toEqual([
    [[{ role: "user", content: "2 + 2?" }], "4"],
    ["3 + 3 =", " 6"],
  ]);
  const [first] = items;
  if (first === undefined) throw new Error("no item");
  expect(await task.score(first, " 4\n")).toMatchObject({ metrics: { exact: 1 }, extracted: "4" });
});

test("a rule of one's own may be async", async () => {
  const rule = { rule: { name: "own", version: "1" }, score: async () => ({ metrics: { own: 0.5 } }) };
  const task = generation({ data: rowsSource([chat]), rule });
  const [item] = await task.load();
  if (item === undefined) throw new Error("no item");
  expect(await task.score(item, "")).toEqual({ metrics: { own: 0.5 } });
});

test("tells every row that has no answer, and options that are no rule", async () => {
  const rows = rowsSource([{ text: "a" }, chat, { messages: [{ role: "user", content: "a" }] }]);
  await expect(generation({ data: rows, rule: exact() }).load()).rejects.toMatchObject({ code: "invalid-data" });
  expect(() => generation(JSON.parse('{"data": "a.jsonl", "rule": {}}'))).toThrow("a fault");
});

test.each([
  [exact(), "Yes ", "Yes", { exact: 1 }],
  [exact(), "yes", "Yes", { exact: 0 }],
  [exact({ ignoreCase: true }), "yes", "Yes", { exact: 1 }],
  [pattern(/answer: (\w+)/i), "Answer: a answer: b", "a", { match: 1 }],
  [pattern(/answer: (\w+)/i, "last"), "Answer: a answer: b", "b", { match: 1 }],
  [pattern(/\d+/g), "12 or 13", "12", { match: 1 }],
  [numeric(), "so it is $1,200.00", "1200", { numeric: 1 }],
  [numeric({ tolerance: 0.1 }), "95", "100", { numeric: 1 }],
  [numeric(), "95", "100", { numeric: 0 }],
  [jsonSchema({ type: "object", required: ["a"], properties: { a: { type: "number" } } }), '{"a": 1}', "", { fits: 1 }],
  [
    jsonSchema({ type: "object", required: ["a"], properties: { a: { type: "number" } } }),
    '{"a": "1"}',
    "",
    { fits: 0 },
  ],
])("%# judges", async (rule, output, target, metrics) => {
  expect((await rule.score(output, target)).metrics).toEqual(metrics);
});

test.each([
  [pattern(/\d/), "none"],
  [numeric(), "none"],
  [jsonSchema({ type: "object" }), "none"],
  [exact(), " "],
])("%# says where no answer can be read", async (rule, output) => {
  expect((await rule.score(output, "1")).invalid).toBe(true);
});
