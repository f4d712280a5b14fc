/** Before and after of every task. */
import type { MetricComparison, TaskComparison } from "../../evaluation/result.js";
import { beforeAfterBars, metricLabel } from "../charts/before-after-bars.js";
import { type Markup, type MarkupValue, markup } from "../markup.js";
import { change, changeRange, figure, figureRange } from "../metric-figures.js";
import { pValueText } from "../numbers.js";
import { detectableSentence, flipsSentence, headlineMetric, verdictWords } from "../words.js";
import { tasksOverview } from "./overview.js";
import { dataTable } from "./tables.js";

/** All tasks beside each other, then chart, counts and table of each. */
export function resultsSection(comparisons: readonly TaskComparison[]): Markup {
  if (comparisons.length === 0) return markup``;
  return markup`<section><h2>Before and after</h2>${tasksOverview(comparisons)}${comparisons.map(taskPart)}
<p class="note">Differences are paired item by item. Where every item scores 0 or 1, intervals of single results are Wilson's, those of differences Newcombe's, and p is from the exact McNemar test; elsewhere they are 1.96 standard errors and a paired bootstrap of 10,000 draws, and p is from a permutation test that flips the signs of the differences. Items that come in clusters are drawn and flipped by whole clusters. “Better” or “worse” is said only if the interval excludes 0 and p is below 0.05; “no difference shown” does not mean that there is none. The first metric of each task is judged by p corrected for the number of tasks (Holm); the other metrics are judged one by one, not corrected for their number.</p></section>`;
}

function taskPart(comparison: TaskComparison): Markup {
  const { task, rule, n } = comparison;
  return markup`<h3>${task} <span class="muted">n = ${n}, rule ${rule.name}, version ${rule.version}</span></h3>
${beforeAfterBars(comparison)}
<p>${flipsSentence(comparison, headlineMetric(comparison)[1])} ${detectableSentence(comparison)}</p>
${dataTable(
  "Figures with 95 % intervals; differences of shares in points",
  ["Metric", "Before", "After", "Difference", "Better / worse", "Verdict"],
  Object.entries(comparison.metrics).map(metricRow),
)}`;
}

function metricRow([name, metric]: readonly [string, MetricComparison]): MarkupValue[] {
  const { before, after, difference, pValue, improved, worsened, verdict } = metric;
  const cell = (value: string, range: string) => markup`${value}<br><span class="muted">${range}</span>`;
  return [
    metricLabel(name),
    cell(figure(before), figureRange(before)),
    cell(figure(after), figureRange(after)),
    cell(change(difference.mean, before.kind.unit), changeRange(difference.interval95, before.kind.unit)),
    cell(`${improved} / ${worsened}`, pValueText(pValue)),
    markup`<span class="verdict ${verdict}">${verdictWords(verdict)}</span>`,
  ];
}
