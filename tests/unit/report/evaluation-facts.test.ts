/** What page, Markdown, terminal, manifest and records tell of how an evaluation was made, and what of it does not count. */
import { expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import type { ItemRecord, TaskResult } from "../../../sdk/src/evaluation/result.js";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { itemLines } from "../../../sdk/src/report/item-records.js";
import { renderManifest } from "../../../sdk/src/report/manifest.js";
import { renderMarkdown } from "../../../sdk/src/report/markdown.js";
import type { RunReport } from "../../../sdk/src/report/run-report.js";
import { summarise } from "../../../sdk/src/report/summary.js";
import { makeResult } from "../../support/make-result.js";
import { sampleReport } from "../../support/sample-report.js";

const adapterHash = `sha256:${"5e".repeat(32)}`;

function reportOf(
  parts: Readonly<Record<number, Partial<ItemRecord>>>,
  before: Partial<TaskResult> = {},
  after: Partial<TaskResult> = {},
): RunReport {
  const base = { ...makeResult({ right: [0, 1, 0, 1] }), seed: 1234, ...before };
  const tuned = { ...makeResult({ right: [1, 1, 0, 0] }, parts), seed: 1234, adapterHash, ...after };
  return sampleReport({ comparisons: [compareResults(base, tuned)], drift: undefined });
}

/** As one line, without escapes and no-break spaces, whichever form. */
function told(report: RunReport): readonly string[] {
  return [renderHtml(report), renderMarkdown(report), summarise(report)].map((text) =>
    text.replaceAll("\u00a0", " ").replaceAll("\\", "").replace(/\s+/g, " "),
  );
}

test("items that the rule failed on are told, everywhere, and left out of the figures", () => {
  const report = reportOf({ 3: { failure: "no <field>", metrics: {} } });
  for (const text of told(report)) {
    expect(text).toContain("Of 3 items, 1 got better and 0 got worse.");
    expect(text).toContain("The rule failed on 0 before and 1 after; 1 item of 4 is left out of all figures.");
  }
  expect(renderHtml(report)).toContain("After: not judged, the rule failed: no &lt;field&gt;");
  const manifest = JSON.parse(renderManifest(report));
  expect(manifest.evaluation.tasks[0]).toMatchObject({ n: 3, before: { n: 4, failed: 0 }, after: { n: 4, failed: 1 } });
  const lines = [...itemLines(report)].map((line) => JSON.parse(line));
  expect(lines[3]).toMatchObject({ before: { failure: null }, after: { failure: "no <field>", metrics: {} } });
  for (const text of told(reportOf({}))) expect(text).not.toContain("rule failed");
});

test("seeds and the hashes of the measured weights stand in every form that others read", () => {
  const report = reportOf({});
  const [page, markdown] = told(report);
  for (const text of [page, markdown]) {
    expect(text).toContain(adapterHash);
    expect(text).toMatch(/Seed of the prompts of task\W.{0,60}1234/);
    expect(text).toMatch(/Seed of bootstraps and permutation tests\W.{0,60}20260601/);
  }
  const { evaluation } = JSON.parse(renderManifest(report));
  expect(evaluation).toMatchObject({
    statisticsSeed: 20_260_601,
    tasks: [{ before: { seed: 1234, adapterHash: null }, after: { weightsHash: "sha256:base", adapterHash } }],
  });
  const [first = ""] = itemLines(report);
  expect(JSON.parse(first)).toMatchObject({
    rule: { name: "rule", version: "1" },
    seed: 1234,
    cluster: null,
    before: { weightsHash: "sha256:base", adapterHash: null },
    after: { weightsHash: "sha256:base", adapterHash },
  });
});

test("what was kept from earlier evaluations is told beside the times, and nothing where all was measured", () => {
  const reused = "4 of 4 items before, 1 of 4 items after. The times are those of the rest.";
  for (const text of told(reportOf({}, { reused: 4 }, { reused: 1 }))) expect(text).toContain(reused);
  for (const text of told(reportOf({}))) expect(text).not.toContain("not measured again");
  const { drift } = sampleReport();
  const moved = sampleReport({ comparisons: [], drift: drift && { ...drift, reused: 60 } });
  for (const text of told(moved)) expect(text).toContain("not measured again: 60 of 64 prompts of drift.");
});

test("a difference by clusters says so", () => {
  const named = { 0: { cluster: "a" }, 1: { cluster: "a" } };
  const comparison = compareResults(
    makeResult({ right: [0, 1, 0, 1] }, named),
    makeResult({ right: [1, 1, 0, 1] }, named),
  );
  for (const text of told(sampleReport({ comparisons: [comparison] })))
    expect(text).toContain("permutation by 3 clusters p");
});
