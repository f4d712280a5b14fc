import { expect, test } from "@jest/globals";
import { describeDataSummary } from "../../../sdk/src/report/describe-data.js";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { renderManifest } from "../../../sdk/src/report/manifest.js";
import { sampleReport } from "../../support/sample-report.js";

const report = sampleReport();
const source = { file: "train.jsonl", line: 5 };
const contamination = [
  {
    task: "questions",
    items: 9,
    exact: 2,
    normalised: 0,
    promptOnly: 0,
    places: [{ source, likeness: "exact" as const, item: 3 }],
  },
];
const data = { ...report.data, contamination };

test("the summary for a terminal has every count, the places, and a bar for each length", () => {
  expect(describeDataSummary(data).split("\n")).toEqual([
    "rows         402",
    "examples     400, the longest of 171 tokens (limit 512)",
    "learnt       21,340 of 54,120 tokens, 39.4 %",
    "lengths         1-64 tokens   0",
    `              65-128 tokens 240 ${"█".repeat(40)}`,
    `             129-256 tokens 160 ${"█".repeat(27)}`,
    "omitted      2 rows left out, longer than the limit, 1,400 tokens lost, 300 of",
    "             them to be learnt: examples/data/train.jsonl:17,",
    "             examples/data/train.jsonl:90",
    "duplicates   1 row equal to an earlier one; first examples/data/train.jsonl:8,",
    "             like examples/data/train.jsonl:2",
    "warning      questions: 2 of 9 items stand in the training data, 2 exactly.",
    "             First: item 3 and train.jsonl:5.",
  ]);
});

test("what was not left out is said too", () => {
  const clean = { ...data, dropped: [], duplicates: { exact: 0, normalised: 0, places: [] }, contamination: [] };
  expect(describeDataSummary(clean)).toContain("omitted      nothing\nduplicates   none");
  expect(describeDataSummary(clean)).not.toContain("warning");
  expect(describeDataSummary(clean)).not.toContain("control");
});

test("texts like control tokens are told of, in the terminal and in the page", () => {
  const typed = { ...data, keptControlTexts: 3 };
  const words = "3 texts like control tokens in the rows, read as text";
  expect(describeDataSummary(typed)).toContain(`\ncontrol      ${words}\n`);
  expect(renderHtml({ ...report, data: typed }).replaceAll("\u00a0", " ")).toContain(words);
});

test("page and manifest have the same figures", () => {
  const page = renderHtml({ ...report, data }).replaceAll("\u00a0", " ");
  expect(page).toContain("2 rows left out, longer than the limit");
  expect(page).toContain("52.8 % of 100 micro-batches of 2,048 tokens");
  expect(page).toContain("questions: 2 of 9 items stand in the training data");
  expect(JSON.parse(renderManifest({ ...report, data })).data).toMatchObject({
    rows: 402,
    dropped: [{ reason: "too-long", rows: 2 }],
    contamination: [{ task: "questions", exact: 2 }],
    packing: { efficiency: 0.528 },
  });
});
