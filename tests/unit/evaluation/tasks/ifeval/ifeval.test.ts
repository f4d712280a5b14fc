import { expect, test } from "@jest/globals";
import { ifeval } from "../../../../../sdk/src/evaluation/tasks/ifeval/ifeval.js";
import { rowsSource } from "../../../../support/rows-source.js";

const row = {
  key: 1,
  prompt: "Write two words without commas.",
  instruction_id_list: ["punctuation:no_comma", "length_constraints:number_words", "startend:quotation"],
  kwargs: [{}, { relation: "less than", num_words: 3, num_highlights: null }, {}],
};

test("asks the prompt as a user would and judges strictly and loosely", async () => {
  const task = ifeval({ data: rowsSource([row]) });
  const [item] = await task.load();
  if (item === undefined) throw new Error("no item");
  expect(task.prompt(item)).toEqual([{ role: "user", content: row.prompt }]);
  expect(await task.score(item, 'Sure:\n"two words"')).toEqual({
    metrics: { "prompt-strict": 0, "instruction-strict": 1 / 3, "prompt-loose": 1, "instruction-loose": 1 },
    weights: { "instruction-strict": 3, "instruction-loose": 3 },
    extracted:
      "punctuation:no_comma followed, length_constraints:number_words not followed, startend:quotation not followed",
    invalid: false,
  });
});

test("a blank answer follows nothing", async () => {
  const task = ifeval({ data: rowsSource([{ ...row, instruction_id_list: ["punctuation:no_comma"], kwargs: [{}] }]) });
  const [item] = await task.load();
  if (item === undefined) throw new Error("no item");
  expect(await task.score(item, " \n")).toMatchObject({
    metrics: { "prompt-strict": 0, "instruction-strict": 0, "prompt-loose": 0, "instruction-loose": 0 },
    weights: {},
    invalid: true,
  });
});

test("tells of instructions that are unknown or lack their settings", async () => {
  const faulty = { ...row, instruction_id_list: ["made:up", "keywords:existence"], kwargs: [{}, { keywords: [] }] };
  await expect(ifeval({ data: rowsSource([faulty]) }).load()).rejects.toMatchObject({
    code: "invalid-data",
    faults: [{ where: "(memory):1 instruction_id_list.0" }, { where: "(memory):1 kwargs.1.keywords" }],
  });
});
