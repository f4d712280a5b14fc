import { expect, test } from "@jest/globals";
import { multipleChoice, scoreChoices } from "../../../../sdk/src/evaluation/tasks/multiple-choice.js";
import { rowsSource } from "../../../support/rows-source.js";

const row = { question: "What is wet?", choices: ["Water", "Sand"], answer: 0 };
const likelihood = (logProbability: number) => ({ logProbability, tokens: 1, isGreedy: false });

test("asks each answer after the question and a space", async () => {
  const task = multipleChoice({ data: rowsSource([row]) });
  const [item] = await task.load();
  if (item === undefined) throw new Error("no item");
  expect(task.continuations(item)).toEqual([
    { context: "Question: What is wet?\nAnswer:", text: " Water" },
    { context: "Question: What is wet?\nAnswer:", text: " Sand" },
  ]);
  expect(task.target(item)).toBe("Water");
  expect(task.cluster?.(item)).toBeUndefined();
});

test("questions may come in clusters", async () => {
  const task = multipleChoice({ data: rowsSource([{ ...row, cluster: "passage 1" }]) });
  expect((await task.load()).map((item) => task.cluster?.(item))).toEqual(["passage 1"]);
});

test("takes the likeliest by the sum, over characters, and over bytes", () => {
  // Sums -6, -5.5, -7; over 5, 4 and 3 characters -1.2, -1.375, -2.33; over 5, 4 and 9 bytes -1.2, -1.375, -0.78.
  const item = { question: "", choices: ["Water", "Sand", "水水水"], answer: 0 };
  expect(scoreChoices(item, [likelihood(-6), likelihood(-5.5), likelihood(-7)])).toEqual({
    metrics: { acc: 0, acc_norm: 1, acc_bytes: 0 },
    extracted: "Sand",
    extractions: { acc: "Sand", acc_norm: "Water", acc_bytes: "水水水" },
  });
});

test("of equal ones the first counts, and a character outside the BMP is one", () => {
  const item = { question: "", choices: ["🙂🙂", "aaaa"], answer: 1 };
  expect(scoreChoices(item, [likelihood(-4), likelihood(-4)]).metrics).toEqual({ acc: 0, acc_norm: 1, acc_bytes: 0 });
});

test("tells every faulty row", async () => {
  const faulty = rowsSource([{ ...row, answer: 2 }, { ...row, choices: ["one"] }, { question: "a" }]);
  await expect(multipleChoice({ data: faulty }).load()).rejects.toMatchObject({
    code: "invalid-data",
    faults: [
      { where: "(memory):1 answer", wanted: "an index into choices" },
      { where: "(memory):2 choices", wanted: "at least two" },
      { where: "(memory):3 choices" },
      { where: "(memory):3 answer" },
    ],
  });
});
