import { describe, expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import { correctForTasks } from "../../../sdk/src/evaluation/verdict.js";
import {
  detectableSentence,
  differenceSentence,
  headlineSentence,
  keptSentence,
  planWords,
  trainedRanges,
} from "../../../sdk/src/report/words.js";
import { makeResult } from "../../support/make-result.js";
import { sampleReport } from "../../support/sample-report.js";

const plan = (indices: readonly number[], blockCount = 30) => ({
  blocks: indices.map((index) => ({ index, train: "lora" as const, rank: 8 })),
  blockCount,
  why: "",
});

test.each([
  [[6, 7, 8], "6 to 8"],
  [[0], "0"],
  [[0, 4, 5, 6, 11], "0, 4 to 6, 11"],
])("blocks %j are named %j", (indices, words) => {
  expect(trainedRanges(plan(indices))).toBe(words);
});

test("a plan names its method and every rank", () => {
  const { method } = sampleReport();
  const blocks = [
    { index: 1, train: "lora" as const, rank: 32 },
    { index: 2, train: "lora" as const, rank: 8 },
  ];
  expect(planWords({ method, layerPlan: { ...plan([]), blocks } })).toBe(
    "Blocks 1 to 2 of 30 (2 blocks), LoRA rank 8, 32",
  );
  const full = { kind: "full-weights" as const };
  const one = { blocks: [{ index: 3, train: "full" as const }], blockCount: 4, why: "" };
  expect(planWords({ method: full, layerPlan: one })).toBe("Block 3 of 4 (1 block), full weights");
});

describe("headlineSentence", () => {
  const zeros = Array.from({ length: 20 }, () => 0);
  const ones = zeros.map(() => 1);
  const sentence = (before: number[], after: number[]) =>
    headlineSentence(compareResults(makeResult({ right: before }), makeResult({ right: after }))).replaceAll(
      "\u00a0",
      " ",
    );

  test.each([
    [zeros, ones, "task: right rose from 0.0 % to 100.0 % on 20 items."],
    [ones, zeros, "task: right fell from 100.0 % to 0.0 % on 20 items."],
    [zeros, [1, ...zeros.slice(1)], "task: right shows no difference: 0.0 % before, 5.0 % after, on 20 items."],
  ])("case %#", (before, after, words) => {
    expect(sentence(before, after)).toBe(words);
  });
});

describe("what so many items can show", () => {
  const bits = (n: number, ones: number) => Array.from({ length: n }, (_, index) => (index < ones ? 1 : 0));
  const gain = (n: number, ones: number) =>
    compareResults(makeResult({ right: bits(n, 0) }), makeResult({ right: bits(n, ones) }));

  test.each([
    [gain(100, 4), "With 100 items, a true difference under 7.8 points goes unseen more than one time in five."],
    [gain(5, 5), "5 items are too few to show any difference."],
    [gain(100, 40), ""],
  ])("case %#", (comparison, words) => {
    expect(detectableSentence(comparison).replaceAll("\u00a0", " ")).toBe(words);
  });

  test("is not said of values between 0 and 1", () => {
    expect(detectableSentence(compareResults(makeResult({ part: [0.5] }), makeResult({ part: [0.7] })))).toBe("");
  });

  test("a corrected p stands beside the metric's own", () => {
    const [first] = correctForTasks([gain(40, 6), gain(40, 0)]);
    if (first === undefined) throw new Error("a comparison is missing");
    expect(differenceSentence(first).replaceAll("\u00a0", " ")).toMatch(
      /, McNemar p = 0\.031 \(p = 0\.063 corrected for the number of tasks\)\.$/,
    );
  });
});

test("keptSentence tells what was kept with its interval, and nothing where retention was not measured", () => {
  const known = compareResults(
    { ...makeResult({ acc: [1, 1, 1, 1, 0] }), task: "retention-knowledge" },
    { ...makeResult({ acc: [1, 1, 1, 0, 1] }), task: "retention-knowledge" },
  );
  expect(keptSentence([known]).replaceAll("\u00a0", " ")).toBe(
    "Kept 75.0 % of what it knew (95 % interval 30.1 to 95.4 %): 3 of the 4 items of knowledge and following that the base got right.",
  );
  expect(keptSentence([])).toBe("");
});
