/** What the page, the terminal and the manifest tell of checkpoints that were measured. */
import { expect, test } from "@jest/globals";
import type { WatchedRun } from "../../../sdk/src/evaluation/watched-run.js";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { renderManifest } from "../../../sdk/src/report/manifest.js";
import { summarise } from "../../../sdk/src/report/summary.js";
import { endWords, watchedWords } from "../../../sdk/src/report/watched-words.js";
import { sampleReport } from "../../support/sample-report.js";

const watchedStep = (step: number, value: number) => ({
  step,
  value,
  figures: { "json-record.exact": value, "drift.klPerToken": value / 10 },
  seconds: 2,
});
const watched: WatchedRun = {
  figure: "json-record.exact",
  goal: "higher",
  unit: "share",
  steps: [watchedStep(25, 0.5), watchedStep(50, 0.9), watchedStep(75, 0.8)],
  best: { step: 50, value: 0.9 },
  keepsBest: true,
  resultStep: 50,
  retention: undefined,
  endedBecause: "json-record.exact gained nothing in the evaluation after step 50",
};
const report = sampleReport({ watched, stepsTotal: 400, endReason: "early-stop" });

test("the end and its reason are told, and which checkpoint is the result", () => {
  const text = summarise(report).replace(/\s+/g, " ");
  expect(text).toContain(
    "Training ended at step 100 of 400: json-record.exact gained nothing in the evaluation after step 50.",
  );
  expect(text).toContain("Of 3 checkpoints, that of step 50 (json-record.exact 90.0 %) is the result.");
  const last = summarise(sampleReport({ watched: { ...watched, keepsBest: false, resultStep: undefined } })).replace(
    /\s+/g,
    " ",
  );
  expect(last).toContain("was the best, but the last one is the result.");
});

test("of a run with a limit to what is forgotten, which checkpoint is the result", () => {
  const wordsOf = (changes: Partial<WatchedRun>) =>
    watchedWords({ ...watched, figure: "retention.kept", keepsBest: false, resultStep: undefined, ...changes });
  const limit = { leastKept: 0.95, brokenAt: undefined, resultKeepsIt: true };
  expect(wordsOf({ retention: limit })).toBe("Each of 3 checkpoints kept enough; the last one is the result.");
  const broken = { ...limit, brokenAt: 75 };
  expect(wordsOf({ retention: broken, resultStep: 50 })).toBe(
    "Of 3 checkpoints, that of step 50 is the result: the last that kept enough.",
  );
  expect(wordsOf({ retention: { ...broken, resultKeepsIt: false }, resultStep: 50 })).toContain(
    "The first checkpoint, that of step 50, kept too little already (retention.kept 90.0\u00a0%); it is the result all the same",
  );
});

test("every reason to end has words, and a run that made all steps has none", () => {
  const ended = (endReason: string) => endWords(sampleReport({ stepsTotal: 400, endReason }));
  expect(ended("")).toBe("");
  expect(ended("max-seconds")).toBe("Training ended at step 100 of 400: its time was over.");
  expect(ended("enough")).toBe("Training ended at step 100 of 400: enough.");
  expect(ended("retention-below")).toContain("it kept less of what its base knew than was asked for.");
  expect(ended("early-stop")).toBe("Training ended at step 100 of 400: the watched figure gained no more.");
});

test("the loss curve marks each checkpoint, the best one fully", () => {
  const page = renderHtml(report);
  expect(page.match(/class="mark"/g)).toHaveLength(2);
  expect(page.match(/class="mark stands"/g)).toHaveLength(1);
  expect(page).toContain("<title>json-record.exact 90.0\u00a0% at step 50</title>");
  expect(renderHtml(sampleReport())).not.toContain('class="mark');
});

test("divergence from the base is drawn where there is any", () => {
  expect(renderHtml(sampleReport())).not.toContain("Divergence from the base");
  const steps = sampleReport().steps.map((step) => ({ ...step, baseDivergence: 0.02 }));
  expect(renderHtml(sampleReport({ steps }))).toContain("Divergence from the base, nats per context token");
  expect(JSON.parse(renderManifest(sampleReport({ steps }))).training.baseDivergences[99]).toBe(0.02);
});

test("the manifest has all of it", () => {
  const manifest = JSON.parse(renderManifest(report));
  expect(manifest.watched).toEqual({ ...watched, retention: null });
  expect(manifest.training).toMatchObject({ stepsTotal: 400, endReason: "early-stop" });
});
