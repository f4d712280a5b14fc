/** A report whose every text tries to break out of the page. */
import { compareResults } from "../../sdk/src/evaluation/compare.js";
import type { ReportData, RunReport } from "../../sdk/src/report/run-report.js";
import { makeResult } from "./make-result.js";
import { sampleReport } from "./sample-report.js";

/** Tags, attributes, style and comment ends that load something from `origin` or write to the console. */
export function hostileText(origin: string): string {
  return [
    `</script><script>console.error("broken out")</script>`,
    `"><img src="${origin}/image" onerror="console.error('broken out')">`,
    `</style></pre></title><iframe src="${origin}/frame"></iframe>`,
    `--><link rel="stylesheet" href="${origin}/style"><svg onload="console.error('broken out')">`,
    `<base href="${origin}/"><meta http-equiv="refresh" content="0;url=${origin}/refresh">`,
    "\u0000\u202e\ud800",
  ].join("");
}

function hostileData(data: ReportData, file: string): ReportData {
  const source = { file, line: 1 };
  const lost = { rows: 4, tokens: 1, trainedTokens: 1, places: [source, source] };
  return {
    ...data,
    name: file,
    contentHash: file,
    dropped: [{ reason: "too-long", ...lost }],
    cut: [{ reason: "split", ...lost }],
    keptControlTexts: 0,
    duplicates: { exact: 1, normalised: 1, places: [{ source, earlier: source, likeness: "exact" }] },
    contamination: [
      {
        task: file,
        items: 3,
        exact: 1,
        normalised: 1,
        promptOnly: 1,
        places: [{ source, likeness: "exact", item: 1 }],
      },
    ],
  };
}

/** The sample report with `text` in every place where a model, a data file or a user can put one. */
export function hostileReport(text: string): RunReport {
  const report = sampleReport();
  const item = { prompt: text, output: text, target: text, extracted: text };
  const parts = { 0: item, 1: item, 2: { ...item, invalid: true, truncated: true } };
  const metric = `field:${text}`;
  const before = makeResult({ [metric]: [0, 1, 0] }, parts);
  const after = makeResult({ [metric]: [1, 0, 0] }, parts);
  const rule = { name: text, version: text };
  const drift = report.drift && {
    ...report.drift,
    items: report.drift.items.map((one) => ({ ...one, prompt: text, reply: text })),
  };
  return {
    ...report,
    title: text,
    runId: text,
    model: { ...report.model, name: text, architecture: text, license: text, weightsHash: text, loadableFrom: text },
    device: { ...report.device, description: text },
    versions: { sdk: text, server: text, packages: { [text]: text } },
    data: hostileData(report.data, text),
    templateHash: text,
    layerPlan: { ...report.layerPlan, why: text },
    settings: { [text]: text, nested: { [text]: [text] } },
    comparisons: [compareResults({ ...before, rule, task: text }, { ...after, rule, task: text })],
    drift,
    timings: { [text]: 1 },
    warnings: [text],
    artifacts: [{ path: text, bytes: 1, sha256: text }],
  };
}
