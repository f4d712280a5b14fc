/** The result for a terminal of 80 columns. */
import { styleText } from "node:util";
import type { MetricComparison, TaskComparison, Verdict } from "../evaluation/result.js";
import { retentionTaskNames } from "../evaluation/retention/retention.js";
import { speedWords, trainingCost } from "./cost.js";
import { change, changeRange, figure, figureRange } from "./metric-figures.js";
import { duration } from "./numbers.js";
import { reusedSentence } from "./reused-words.js";
import type { RunReport } from "./run-report.js";
import { endWords, watchedWords } from "./watched-words.js";
import {
  detectableSentence,
  differenceSentence,
  driftSentences,
  flipsSentence,
  headlineMetric,
  headlineSentence,
  keptSentence,
  planWords,
  verdictWords,
} from "./words.js";

/** How the summary looks. */
export interface SummaryOptions {
  /** Terminal colours; default false. */
  readonly colour?: boolean;
  /** Folder that the report was saved to; named in the last lines where given. */
  readonly folder?: string;
}

type Paint = (style: "bold" | "dim" | "green" | "red", text: string) => string;

const width = 80;
const indent = "  ";

/** What was gained and what was lost, with intervals; then speed, time and files. Ends without a line break. */
export function summarise(report: RunReport, { colour = false, folder }: SummaryOptions = {}): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const parts = [
    [paint("bold", report.title), ...wrap(`${report.model.name}: ${planWords(report)}`)],
    ...report.comparisons
      .filter((comparison) => !isOfSuite(comparison))
      .map((comparison) => taskLines(comparison, paint)),
    wrap([endWords(report), report.watched ? watchedWords(report.watched) : ""].join(" ")),
    wrap(keptSentence(report.comparisons)).map((line) => paint("bold", line)),
    suiteLines(report.comparisons, paint),
    report.drift ? wrap(driftSentences(report.drift)) : [],
    costLines(report),
    report.warnings.flatMap((warning) => wrap(`warning: ${warning}`)).map((line) => paint("red", line)),
    folder === undefined ? [] : fileLines(folder, report),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")
    .replaceAll("\u00a0", " ");
}

function taskLines(comparison: TaskComparison, paint: Paint): string[] {
  const [, metric] = headlineMetric(comparison);
  const interval = (when: string, summary: MetricComparison["before"]) =>
    `${indent}${when.padEnd(8)}${figure(summary).padStart(8)}   95 % interval ${figureRange(summary)}`;
  return [
    ...wrap(headlineSentence(comparison)).map((line) => paint("bold", line.slice(indent.length))),
    interval("before", metric.before),
    interval("after", metric.after),
    ...wrap(differenceSentence(comparison)),
    ...wrap(flipsSentence(comparison, metric)),
    ...wrap(detectableSentence(comparison)),
    "",
    ...metricTable(comparison, paint),
  ];
}

/** The headline of each part of the retention suite, a line a part. */
function suiteLines(comparisons: readonly TaskComparison[], paint: Paint): string[] {
  const parts = Object.entries(retentionTaskNames).flatMap(([part, name]) => {
    const found = comparisons.find(({ task }) => task === name);
    return found === undefined ? [] : [[part, headlineMetric(found)[1]] as const];
  });
  return parts.length === 0 ? [] : metricTable({ metrics: Object.fromEntries(parts) }, paint);
}

function isOfSuite({ task }: TaskComparison): boolean {
  return Object.values<string>(retentionTaskNames).includes(task);
}

function metricTable({ metrics }: Pick<TaskComparison, "metrics">, paint: Paint): string[] {
  const names = Object.keys(metrics);
  const nameWidth = Math.max(6, ...names.map((name) => name.length));
  const shown = Object.values(metrics).flatMap(({ before, after }) => [figure(before), figure(after)]);
  const figureWidth = Math.max(9, ...shown.map((value) => value.length + 2));
  const row = (name: string, before: string, after: string, difference: string) =>
    `${indent}${name.padEnd(nameWidth)}${before.padStart(figureWidth)}${after.padStart(figureWidth)}   ${difference}`;
  const rows = Object.entries(metrics).map(([name, { before, after, difference, verdict }]) => {
    const { unit } = before.kind;
    const changed = `${change(difference.mean, unit).padStart(6)} (${changeRange(difference.interval95, unit)})`;
    const figures = row(name, figure(before), figure(after), changed.padEnd(24));
    return `${figures} ${paintVerdict(verdict, paint)}`;
  });
  return [paint("dim", row("metric", "before", "after", "points (95 % interval)")), ...rows];
}

function paintVerdict(verdict: Verdict, paint: Paint): string {
  const words = verdictWords(verdict);
  if (verdict === "no-difference-shown") return words;
  return paint(verdict === "better" ? "green" : "red", words);
}

function costLines(report: RunReport): string[] {
  const { steps, timings } = report;
  const cost = trainingCost(steps);
  const times = Object.entries(timings).map(([part, seconds]) => `${part} ${duration(seconds)}`);
  const speed = cost ? [`${speedWords(cost)}.`] : [];
  const time = times.length > 0 ? `Time: ${times.join(", ")}.` : "";
  return wrap([...speed, time, reusedSentence(report)].join(" "));
}

function fileLines(folder: string, { method }: RunReport): string[] {
  const weights = method.kind === "lora" ? "the adapter in PEFT's format" : "the trained tensors";
  return [`Saved in ${folder}`, ...wrap(`report.html, manifest.json, items.jsonl, the model card and ${weights}`)];
}

/** Breaks a text at spaces, not at no-break spaces; a longer word keeps its line. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}
