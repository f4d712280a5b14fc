import { describe, expect, test } from "@jest/globals";
import { examples } from "../../../../sdk/src/data/examples.js";
import { evaluateTask } from "../../../../sdk/src/evaluation/runner.js";
import { jsonRecord } from "../../../../sdk/src/evaluation/tasks/json-record.js";
import { fakeContext } from "../../../support/evaluation-context.js";

const row = (question: string, answer: string) => ({
  messages: [
    { role: "system" as const, content: "Make a record." },
    { role: "user" as const, content: question },
    { role: "assistant" as const, content: answer },
  ],
});

async function score(target: string, output: string, fields?: readonly string[]) {
  const task = jsonRecord({ data: examples([row("q", target)]), ...(fields ? { fields } : {}) });
  const [item] = await task.load();
  if (item === undefined) throw new Error("the task has no item");
  return task.score(item, output);
}

describe("the rule", () => {
  const target = '{"name":"Ann","amount":5,"tags":["x",{"y":null}]}';

  test("keys in another order and 5.0 for 5 are exact", async () => {
    const scored = await score(target, '{"tags":["x",{"y":null}],"amount":5.0,"name":"Ann"}');
    expect(scored.metrics).toEqual({ exact: 1, "field:name": 1, "field:amount": 1, "field:tags": 1 });
  });

  test.each([
    [
      '{"name":"Ann","amount":"5","tags":["x",{"y":null}]}',
      { exact: 0, "field:name": 1, "field:amount": 0, "field:tags": 1 },
    ],
    ['{"name":"ann","amount":5,"tags":["x",{}]}', { exact: 0, "field:name": 0, "field:amount": 1, "field:tags": 0 }],
    ['{"name":"Ann","amount":5}', { exact: 0, "field:name": 1, "field:amount": 1, "field:tags": 0 }],
    [
      '{"name":"Ann","amount":5,"tags":["x",{"y":null}],"more":1}',
      { exact: 0, "field:name": 1, "field:amount": 1, "field:tags": 1 },
    ],
  ])("%s", async (output, metrics) => {
    const scored = await score(target, output);
    expect(scored.metrics).toEqual(metrics);
    expect(scored.invalid).toBeUndefined();
  });

  test("prose is invalid and wrong in every metric", async () => {
    expect(await score(target, "Sorry, I can't.")).toEqual({
      metrics: { exact: 0, "field:name": 0, "field:amount": 0, "field:tags": 0 },
      invalid: true,
    });
  });

  test("an inherited property is not a field", async () => {
    expect((await score('{"constructor":"x"}', "{}")).metrics["field:constructor"]).toBe(0);
  });

  test("`fields` chooses the fields told apart; exact still judges the whole record", async () => {
    const scored = await score(target, '{"name":"Ann"}', ["name"]);
    expect(scored.metrics).toEqual({ exact: 0, "field:name": 1 });
  });
});

test("asks with the messages before the last and shows the target", async () => {
  const task = jsonRecord({ data: examples([row("Who?", '{"name":"Ann"}')]) });
  const result = await evaluateTask(task, fakeContext({ reply: () => '{"name":"Ann"}' }));
  expect(result.items[0]).toMatchObject({
    prompt: "[system] Make a record.\n[user] Who?\n[assistant] ",
    target: '{"name":"Ann"}',
    metrics: { exact: 1, "field:name": 1 },
  });
});

test("every faulty row is named by its place, all at once", async () => {
  const rows = [
    row("a", '{"name":"Ann"}'),
    row("b", "no record"),
    { prompt: "c", completion: '{"name":"Ann"}' },
    row("d", '{"other":1}'),
    row("e", '{"name":"Eve","other":1}'),
  ];
  await expect(jsonRecord({ data: examples(rows) }).load()).rejects.toMatchObject({
    code: "invalid-data",
    faults: [
      { where: "(memory):2", problem: "has a last message that is not one JSON object" },
      { where: "(memory):3", problem: "is in the prompt-completion shape, not in the messages shape" },
      { where: "(memory):4", problem: "lacks name" },
      { where: "(memory):5", problem: "has fields that the first record lacks: other" },
    ],
  });
});
