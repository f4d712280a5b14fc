import { expect, test } from "@jest/globals";
import { neutralPrompts } from "../../../../../sdk/src/evaluation/neutral-prompts.js";
import { followingRows } from "../../../../../sdk/src/evaluation/retention/following/following-rows.js";
import { ifeval } from "../../../../../sdk/src/evaluation/tasks/ifeval/ifeval.js";
import { rowsSource } from "../../../../support/rows-source.js";
import { followingAnswers } from "./following-answers.js";

const task = ifeval({ data: rowsSource(followingRows) });

const judgedByLibrary = [
  "change_case:capital_word_frequency",
  "change_case:english_capital",
  "change_case:english_lowercase",
  "language:response_language",
  "length_constraints:number_sentences",
];

function runsOf(text: string, length: number): string[] {
  const words = text.toLowerCase().match(/\w+/g) ?? [];
  return words.slice(length - 1).map((_, index) => words.slice(index, index + length).join(" "));
}

test("there are at least 60 prompts, no two alike", () => {
  expect(new Set(followingRows.map(({ prompt }) => prompt)).size).toBe(71);
});

test("a prompt has one to three instructions, each with its settings", () => {
  for (const { instruction_id_list: ids, kwargs } of followingRows) {
    expect(ids.length).toBe(kwargs.length);
    expect([1, 2, 3]).toContain(ids.length);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("all kinds occur three times or more but those that a library judges", () => {
  const ids = followingRows.flatMap((row) => row.instruction_id_list);
  const kinds = [...new Set(ids)];
  expect(kinds.length).toBe(20);
  expect(kinds.filter((kind) => judgedByLibrary.includes(kind))).toEqual([]);
  expect(kinds.filter((kind) => ids.filter((id) => id === kind).length < 3)).toEqual([]);
});

test("ifeval takes every row, and every prompt can be answered as it asks, in short", async () => {
  const items = await task.load();
  expect(items.map(({ prompt }) => prompt)).toEqual(followingRows.map(({ prompt }) => prompt));
  expect(followingAnswers.length).toBe(items.length);
  for (const [index, item] of items.entries()) {
    const answer = followingAnswers[index] ?? "";
    const { metrics, extracted } = await task.score(item, answer);
    expect({ prompt: item.prompt, answer, extracted, value: metrics["prompt-strict"] }).toMatchObject({ value: 1 });
    expect(answer.length).toBeLessThan(400);
  }
});

test("no instruction is followed whatever the answer", async () => {
  for (const { prompt, instructions } of await task.load()) {
    const careless = ["Okay.", `${prompt}, `.repeat(20)];
    const idle = instructions.filter(({ isFollowedBy }) => careless.every((answer) => isFollowedBy(answer)));
    expect({ prompt, idle: idle.map(({ id }) => id) }).toEqual({ prompt, idle: [] });
  }
});

test("the prompts say each number, word and mark that they are judged by", () => {
  const numbers = ["", "one", "two", "three", "four", "five", "six"];
  for (const { prompt, kwargs } of followingRows) {
    for (const value of kwargs.flatMap((settings) => Object.values(settings).flat())) {
      if (value === "at least" || value === "less than") continue;
      const said = [String(value), typeof value === "number" ? numbers[value] : undefined];
      const isSaid = said.some((form) => form !== undefined && prompt.toLowerCase().includes(form.toLowerCase()));
      expect({ prompt, value, isSaid }).toMatchObject({ isSaid: true });
    }
  }
});

test("no prompt shares six words in a row with a prompt that drift is measured on", () => {
  const neutral = new Set(neutralPrompts.flatMap((prompt) => runsOf(prompt, 6)));
  expect(neutral.size).toBeGreaterThan(100);
  expect(followingRows.filter(({ prompt }) => runsOf(prompt, 6).some((run) => neutral.has(run)))).toEqual([]);
});
