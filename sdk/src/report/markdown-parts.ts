/** Parts that the Markdown report and the model card share. */
import { describeContamination } from "../data/contamination.js";
import type { DataSummary } from "../data/data-summary.js";
import type { MetricComparison, TaskComparison } from "../evaluation/result.js";
import { speedWords, trainingCost } from "./cost.js";
import {
  controlWords,
  duplicateWords,
  omissionWords,
  packingWords,
  placesWords,
  replayWords,
  trainedWords,
} from "./data-words.js";
import { evaluationIdentity } from "./evaluation-identity.js";
import { cellsOf, forgettingColumns, forgettingParts, type NotedFigure } from "./forgetting.js";
import { bullets, code, paragraphs, plain, table } from "./markdown-text.js";
import { change, changeRange, changeUnit, figure, figureRange } from "./metric-figures.js";
import { count, counted, duration, percent, pValueText } from "./numbers.js";
import { reusedSentence } from "./reused-words.js";
import type { ReportData, RunReport } from "./run-report.js";
import { endWords, watchedWords } from "./watched-words.js";
import {
  detectableSentence,
  differenceSentence,
  flipsSentence,
  headlineMetric,
  headlineSentence,
  planWords,
  precisionWords,
  verdictWords,
} from "./words.js";

/** What came out of each task, a paragraph a task. */
export function headlineParagraphs(comparisons: readonly TaskComparison[]): string {
  if (comparisons.length === 0) return "No task was evaluated.";
  return paragraphs(
    comparisons.map((comparison) => {
      const details = `${differenceSentence(comparison)} ${detectableSentence(comparison)}`.trim();
      return `**${plain(headlineSentence(comparison))}** ${plain(details)}`;
    }),
  );
}

/** Every metric of every task with its intervals, and how many items turned. */
export function resultsPart(comparisons: readonly TaskComparison[]): string {
  if (comparisons.length === 0) return "";
  const rows = comparisons.flatMap(({ task, metrics }) =>
    Object.entries(metrics).map(([name, metric]) => [plain(task), plain(name), ...figures(metric)]),
  );
  const columns = ["Task", "Metric", "Before", "After", "Difference", "p", "Verdict"];
  const flips = comparisons.map((comparison) => {
    const { task, rule } = comparison;
    const sentence = flipsSentence(comparison, headlineMetric(comparison)[1]);
    return plain(`${task}, rule ${rule.name}, version ${rule.version}: ${sentence}`);
  });
  const note =
    "In brackets: 95 % intervals. Differences are paired item by item. p is of the metric alone (exact McNemar, or a permutation test where values are not 0 or 1 or items come in clusters); the verdict on each task's first metric is by p corrected for the number of tasks (Holm), on other metrics by their own p.";
  return paragraphs([table(columns, rows), note, bullets(flips)]);
}

function figures({ before, after, difference, pValue, verdict }: MetricComparison): string[] {
  const { unit } = before.kind;
  return [
    `${figure(before)} (${figureRange(before)})`,
    `${figure(after)} (${figureRange(after)})`,
    `${change(difference.mean, unit)} ${changeUnit(unit)} (${changeRange(difference.interval95, unit)})`,
    plain(pValueText(pValue)),
    verdictWords(verdict),
  ];
}

/** What was forgotten, part by part; empty where nothing of it was measured. */
export function forgettingPart({ comparisons, drift }: Pick<RunReport, "comparisons" | "drift">): string {
  const parts = forgettingParts(comparisons, drift);
  if (parts.length === 0) return "";
  const noted = ([shown, note]: NotedFigure) => plain(note === "" ? shown : `${shown} (${note})`);
  const rows = parts.map((part) => cellsOf(part).map(noted));
  return table(forgettingColumns, rows);
}

/** Which blocks were trained how. */
export function planPart(report: RunReport): string {
  const { trainableParameters, totalParameters, optimizer, seed } = report;
  return bullets([
    plain(`${report.model.name} (${report.model.architecture}): ${planWords(report)}. ${report.layerPlan.why}`),
    `${count(trainableParameters)} of ${count(totalParameters)} parameters, ${percent(trainableParameters / totalParameters)}`,
    plain(
      `${counted(report.steps.length, "step")}, learning rate ${optimizer.learningRate} (${optimizer.schedule}), seed ${seed}. ${endWords(report)}`.trim(),
    ),
    ...(report.watched === undefined ? [] : [plain(watchedWords(report.watched))]),
  ]);
}

/** Speed, memory and time. */
export function costPart(report: RunReport): string {
  const { steps, timings, device } = report;
  const cost = trainingCost(steps);
  const reused = reusedSentence(report);
  const times = Object.entries(timings).map(([part, seconds]) => `${part} ${duration(seconds)}`);
  return bullets([
    plain(`Device: ${device.description}, ${precisionWords(report)}`),
    ...(cost === undefined
      ? []
      : [speedWords(cost), `${count(cost.tokens)} tokens read, ${count(cost.trainedTokens)} of them trained`]),
    ...(times.length === 0 ? [] : [plain(`Time: ${times.join(", ")}`)]),
    ...(reused === "" ? [] : [plain(reused)]),
  ]);
}

/** What was learnt from, and what was left out of it. */
export function dataPart(data: ReportData): string {
  const { replay } = data;
  return bullets(
    [
      `${data.name}: ${count(data.examples)} examples of ${count(data.rows)} rows`,
      ...summaryLines(data),
      ...(replay === undefined ? [] : [`replayed: ${replayWords(replay)}`, ...summaryLines(replay)]),
      `micro-batches filled: ${packingWords(data.packing)}`,
    ].map(plain),
  );
}

function summaryLines(data: DataSummary): string[] {
  const lost = [...data.dropped, ...data.cut].map((one) => `${omissionWords(one)}: ${placesWords(one)}`);
  return [
    `learnt: ${trainedWords(data)}; longest example ${count(data.longest)} tokens, limit ${count(data.maxTokens)}`,
    ...(lost.length === 0 ? ["nothing left out or cut"] : lost),
    `typed control tokens: ${controlWords(data.keptControlTexts)}`,
    `duplicates: ${duplicateWords(data.duplicates)}`,
    ...data.contamination.map(describeContamination),
  ];
}

/** Hashes and versions: what tells whether two runs are of the same things. */
export function identityPart(report: RunReport): string {
  const { versions, model, data, templateHash } = report;
  const rows = [
    ["Run", report.runId],
    ["Weights of the base", model.weightsHash],
    ["Data", data.contentHash],
    ["Chat template", templateHash ?? "none"],
    ...evaluationIdentity(report),
    ["midblock", `SDK ${versions.sdk}, server ${versions.server}`],
    ...Object.entries(versions.packages),
  ];
  return table(
    ["What", "Identity"],
    rows.map(([name = "", value = ""]) => [plain(name), code(value)]),
  );
}
