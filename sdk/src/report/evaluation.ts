/** What an evaluation of one model found, in words and as files. */
import type { EvaluationOutcome } from "../evaluation/evaluate-tasks.js";
import type { DriftResult, RatioSummary, TaskResult } from "../evaluation/result.js";
import { statisticsSeed } from "../evaluation/statistics/seed.js";
import { answerLines } from "./item-records.js";
import { driftFigures, manifestText, resultFigures, sortedVersions } from "./manifest-parts.js";
import { figure, figureRange } from "./metric-figures.js";
import { count, counted, significant, significantRange } from "./numbers.js";
import type { ReportOrigin } from "./run-report.js";
import { writeFiles } from "./write-files.js";

/** Names the shape of evaluation.json; the number rises when a reader of the old shape would misread the new one. */
export const evaluationSchema = "midblock-evaluation/1";

/** What `client.evaluate` found. */
export class Evaluation implements EvaluationOutcome {
  readonly results: readonly TaskResult[];
  readonly drift: DriftResult | undefined;
  /** When, by what, and of which base. */
  readonly origin: ReportOrigin;

  constructor({ results, drift }: EvaluationOutcome, origin: ReportOrigin) {
    this.results = results;
    this.drift = drift;
    this.origin = origin;
  }

  /** Every figure with its n, its interval, and what was cut, unreadable or failed; for a terminal, without colour. */
  summary(): string {
    const tasks = this.results.map((result) => taskLines(result));
    const moved = this.drift === undefined ? [] : [driftLines(this.drift)];
    return [...tasks, ...moved]
      .map((lines) => lines.join("\n"))
      .join("\n\n")
      .replaceAll("\u00a0", " ");
  }

  /**
   * Writes evaluation.json, all figures with settings, hashes and versions, and items.jsonl, every answer with its
   * verdict, into a folder, which is made where it is missing. Files of the same names are replaced. Throws a
   * MidblockError with code "report-failed".
   */
  async save(folder: string): Promise<void> {
    const { results, drift, origin } = this;
    const { createdAt, versions, device, model } = origin;
    const manifest = {
      schema: evaluationSchema,
      createdAt,
      versions: sortedVersions(versions),
      device,
      model,
      statisticsSeed,
      tasks: results.map(resultFigures),
      drift: drift && driftFigures(drift),
    };
    await writeFiles(folder, [
      ["items.jsonl", answerLines(this)],
      ["evaluation.json", [manifestText(manifest)]],
    ]);
  }
}

function taskLines({ task, rule, n, truncated, invalid, failed, metrics }: TaskResult): string[] {
  const odd = (
    [
      [truncated, "cut"],
      [invalid, "unreadable"],
      [failed, "failed"],
    ] as const
  )
    .filter(([items]) => items > 0)
    .map(([items, what]) => `, ${count(items)} ${what}`);
  const names = Object.keys(metrics);
  const nameWidth = Math.max(...names.map((name) => name.length)) + 2;
  const figureWidth = Math.max(...Object.values(metrics).map((metric) => figure(metric).length)) + 3;
  return [
    `${task} (${rule.name}, version ${rule.version}): ${counted(n, "item")}${odd.join("")}`,
    ...Object.entries(metrics).map(
      ([name, metric]) =>
        `  ${name.padEnd(nameWidth)}${figure(metric).padEnd(figureWidth)}95\u00a0% interval ${figureRange(metric)}`,
    ),
  ];
}

function driftLines({ task, promptCount, tokenCount, klPerToken, sameToken }: DriftResult): string[] {
  const shown = ({ value, interval95 }: RatioSummary) =>
    `${significant(value)}   95\u00a0% interval ${significantRange(interval95)}`;
  return [
    `${task}: ${counted(promptCount, "prompt")}, ${counted(tokenCount, "token")}`,
    `  nats per token  ${shown(klPerToken)}`,
    `  same token      ${shown(sameToken)}`,
  ];
}
