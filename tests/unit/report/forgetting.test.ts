/** Forgetting by part, the same in the page, in Markdown and in the model card. */
import { expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import { forgettingParts } from "../../../sdk/src/report/forgetting.js";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { renderMarkdown } from "../../../sdk/src/report/markdown.js";
import { renderModelCard } from "../../../sdk/src/report/model-card.js";
import { summarise } from "../../../sdk/src/report/summary.js";
import { makeResult } from "../../support/make-result.js";
import { sampleReport } from "../../support/sample-report.js";

const bits = { "bits-per-byte": { goal: "lower", unit: "bits" } } as const;
const values = (right: number, of: number) => Array.from({ length: of }, (_, index) => (index < right ? 1 : 0));

function comparison(task: string, metric: string, before: readonly number[], after: readonly number[]) {
  const result = (of: readonly number[]) => ({ ...makeResult({ [metric]: of }, {}, bits), task });
  return compareResults(result(before), result(after));
}

const comparisons = [
  comparison("retention-language", "bits-per-byte", [1, 2, 3], [1.1, 2.2, 3.1]),
  comparison("retention-knowledge", "acc", values(100, 156), values(90, 156)),
  comparison("retention-following", "prompt-strict", values(20, 71), values(5, 71)),
  comparison("another", "exact", [1], [0]),
];
const report = sampleReport({ comparisons });
const spaced = (text: string) => text.replaceAll("\u00a0", " ").replace(/\s+/g, " ");
const headline = "Kept 79.2 % of what it knew (95 % interval 71.1 to 85.5 %): 95 of the 120 items";

test("each part has before, after, difference and what was kept, in the suite's order", () => {
  const parts = forgettingParts(comparisons, report.drift);
  expect(parts.map(({ part: [name] }) => name)).toEqual(["drift", "knowledge", "following", "language"]);
  expect(parts.map(({ kept }) => kept.map(spaced))).toEqual([
    ["", ""],
    ["90.0 %", "82.6 to 94.5 %"],
    ["25.0 %", "11.2 to 46.9 %"],
    ["", ""],
  ]);
  expect(parts.slice(0, 3).map(({ before }) => before.map(spaced))).toEqual([
    ["0", ""],
    ["64.1 %", "56.3 to 71.2 %"],
    ["28.2 %", "19.0 to 39.5 %"],
  ]);
  expect(parts[3]?.part[1]).toBe("bits-per-byte, 3 items, less is better");
  expect(parts[2]?.verdict[0]).toBe("worse");
});

test.each([
  ["the page", renderHtml],
  ["Markdown", renderMarkdown],
  ["the model card", renderModelCard],
])("%s has the headline and every part", (_, render) => {
  const text = spaced(render(report));
  expect(text).toContain(headline);
  for (const part of forgettingParts(comparisons, report.drift)) {
    for (const shown of part.after) expect(text).toContain(spaced(shown));
    expect(text).toMatch(new RegExp(`(<th scope="row">|\\| )${part.part[0]}`));
  }
});

test("where nothing of the suite was measured there is no such section", () => {
  const bare = sampleReport({ comparisons: comparisons.slice(3), drift: undefined });
  expect(renderHtml(bare)).not.toContain("Forgetting, by part");
  expect(renderMarkdown(bare)).not.toContain("Forgetting, by part");
  expect(renderHtml(sampleReport({ comparisons: [] }))).toContain("Forgetting, by part");
});

test("the terminal has a line a part in place of all metrics of the suite", () => {
  const text = summarise(report).replaceAll("\u00a0", " ");
  expect(spaced(text)).toContain(headline);
  expect(text).toMatch(/^ {2}knowledge +64\.1 % +57\.7 % +−6\.4 \(.*worse$/m);
  expect(text).toMatch(/^ {2}following +28\.2 % +7\.0 %/m);
  expect(text).toMatch(/^ {2}language +2 bits +2\.13 bits/m);
  expect(text).toContain("another: exact");
  expect(text).not.toContain("retention-knowledge");
});
