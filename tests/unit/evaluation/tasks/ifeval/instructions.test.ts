import { expect, test } from "@jest/globals";
import { instructions } from "../../../../../sdk/src/evaluation/tasks/ifeval/instructions.js";

type Case = readonly [id: string, settings: object, followed: readonly string[], notFollowed: readonly string[]];

const cases: readonly Case[] = [
  ["keywords:existence", { keywords: ["Ärger", "to"] }, ["TO the ärger"], ["to the anger"]],
  ["keywords:frequency", { keyword: "a.", frequency: 2, relation: "at least" }, ["ab AC"], ["ab", ""]],
  ["keywords:forbidden_words", { forbidden_words: ["né"] }, ["année née"], ["il est NÉ."]],
  ["keywords:letter_frequency", { letter: "E", let_frequency: 2, let_relation: "less than" }, ["Eh"], ["eve"]],
  [
    "language:response_language",
    { language: "de" },
    ["Das ist ein kurzer Brief an dich.", "1 2 3"],
    ["This is a short letter to you."],
  ],
  [
    "length_constraints:number_sentences",
    { num_sentences: 2, relation: "at least" },
    ["One is. Two is!", "One is.\nTwo is"],
    ["Just one.", "Just\n\none."],
  ],
  ["length_constraints:number_paragraphs", { num_paragraphs: 2 }, ["a***b", "***a *** b\n***"], ["a*** ***b", "a"]],
  [
    "length_constraints:number_words",
    { num_words: 3, relation: "less than" },
    ["don't", "näh_1 zwei"],
    ["one two three"],
  ],
  [
    "length_constraints:nth_paragraph_first_word",
    { num_paragraphs: 2, nth_paragraph: 2, first_word: "Then" },
    ['First.\n\n"then, it'],
    ["First.\n\nAfter", "First.\n\n\n\nthen", "then"],
  ],
  ["detectable_content:number_placeholders", { num_placeholders: 2 }, ["[a] and []"], ["[a\n] [b]", "[[a]"]],
  ["detectable_content:postscript", { postscript_marker: "P.S." }, ["Bye p. s. more"], ["Bye PS"]],
  ["detectable_content:postscript", { postscript_marker: "P.P.S" }, ["P.P.S hello"], ["P.S. hello"]],
  [
    "detectable_format:number_bullet_lists",
    { num_bullets: 2 },
    ["* a\n - b", "text\n\n*\nx\n-"],
    ["** a\n* b", "a * b"],
  ],
  ["detectable_format:constrained_response", {}, ["Well. My answer is maybe."], ["my answer is no."]],
  [
    "detectable_format:number_highlighted_sections",
    { num_highlights: 2 },
    ["*a* *b*", "**a** *b*"],
    ["* *", "*a*", "**a**"],
  ],
  [
    "detectable_format:multiple_sections",
    { section_spliter: "Day", num_sections: 2 },
    ["Day 1 x Day\n2"],
    ["day 1 Day 2"],
  ],
  [
    "detectable_format:json_format",
    {},
    ['```json\n{"a": [1]}\n```', "NaN", '"NaN"', '{"a": [NaN, -Infinity, Infinity]}'],
    ["{'a': 1}", "{}x", "3.14NaN", "NaN.5", "-NaN", "1eInfinity", "NaN1", "--Infinity", "{NaN: 1}"],
  ],
  ["detectable_format:title", {}, ["<<a>>", "x <<<a>>"], ["<<>>", "<<<>>", "<< >>", "<<a\n>>"]],
  ["combination:two_responses", {}, ["a******b", "******a******b"], ["a******a", "a****** ******b", "a"]],
  ["combination:repeat_prompt", { prompt_to_repeat: "Say it. " }, [" SAY IT. ok"], ["ok Say it."]],
  ["startend:end_checker", { end_phrase: "The End" }, ['well, the end"', "THE END\n"], ["The end."]],
  ["startend:quotation", {}, [' "a" '], ['"', "a"]],
  [
    "change_case:capital_word_frequency",
    { capital_frequency: 2, capital_relation: "at least" },
    ["I DO", "DON'T"],
    ["Do I?"],
  ],
  ["change_case:english_capital", {}, ["THIS IS A SHORT LETTER TO MY FRIENDS."], ["This", "12"]],
  [
    "change_case:english_lowercase",
    {},
    ["this is a short letter to my friends."],
    ["This", "das ist ein kurzer brief an dich."],
  ],
  ["punctuation:no_comma", {}, ["a；b"], ["a, b"]],
];

test("every kind of the data set is known, and nothing else", () => {
  expect(Object.keys(instructions)).toHaveLength(25);
  expect(new Set(cases.map(([id]) => id))).toEqual(new Set(Object.keys(instructions)));
});

test.each(cases)("%s %j", (id, settings, followed, notFollowed) => {
  const check = instructions[id]?.parse(settings);
  expect(followed.filter((response) => check?.(response) !== true)).toEqual([]);
  expect(notFollowed.filter((response) => check?.(response) !== false)).toEqual([]);
});

test("settings that are missing or wrong are told", () => {
  const faults = instructions["keywords:frequency"]?.safeParse({ keyword: "", relation: "more than" }).error?.issues;
  expect(faults?.map(({ path }) => path.join("."))).toEqual(["keyword", "frequency", "relation"]);
});
