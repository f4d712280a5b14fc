import { expect, test } from "@jest/globals";
import { knowledgeBySubject } from "../../../../../sdk/src/evaluation/retention/knowledge/knowledge-by-subject.js";

const subjects = Object.values(knowledgeBySubject);
const questions = subjects.flat();
const plain = (text: string) => text.toLowerCase().replace(/\W+/g, " ").trim();

function placesOf(list: readonly { readonly answer: number }[]): number[] {
  return [0, 1, 2, 3].map((place) => list.filter(({ answer }) => answer === place).length);
}

test("there are twelve subjects of 13 questions", () => {
  expect(subjects.map(({ length }) => length)).toEqual(Array(12).fill(13));
});

test("no question occurs twice", () => {
  expect(new Set(questions.map(({ question }) => plain(question))).size).toBe(questions.length);
});

test("right answers are spread evenly over the places, in all and in each subject", () => {
  expect(placesOf(questions)).toEqual([39, 39, 39, 39]);
  for (const subject of subjects) expect([...placesOf(subject)].sort()).toEqual([3, 3, 3, 4]);
});

test("the choices of a question differ, and each says something of its own", () => {
  for (const { choices } of questions) {
    expect(choices).toEqual(choices.map((choice) => choice.trim()).filter(Boolean));
    expect(new Set(choices.map(plain)).size).toBe(4);
    expect(choices.filter((choice) => /of the above|none of (these|them)|all of (these|them)/i.test(choice))).toEqual(
      [],
    );
  }
});

test("questions and choices don't give the answer away by their form", () => {
  const lengths = questions.map(({ choices, answer }) => {
    const others = choices.filter((_, place) => place !== answer).map(({ length }) => length);
    return { right: choices[answer].length, longest: Math.max(...others), shortest: Math.min(...others) };
  });
  const share = (count: number) => count / questions.length;
  expect(share(lengths.filter(({ right, longest }) => right > longest).length)).toBeLessThan(0.35);
  expect(share(lengths.filter(({ right, shortest }) => right < shortest).length)).toBeLessThan(0.35);
  const told = questions.filter(({ question, choices, answer }) =>
    ` ${plain(question)} `.includes(` ${plain(choices[answer])} `),
  );
  // Picking a word out of a quoted sentence is the question itself.
  expect(told.map(({ question }) => question)).toEqual([
    "Which word is the adjective in the sentence: The small dog barked loudly?",
  ]);
});

test("every question is a question or a sentence to complete", () => {
  expect(questions.filter(({ question }) => !/^[A-Z].*\?$/.test(question))).toEqual([]);
});
