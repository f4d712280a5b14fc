/** All tasks beside each other. */
import type { TaskComparison } from "../../evaluation/result.js";
import { forestPlot } from "../charts/forest-plot.js";
import { type Markup, type MarkupValue, markup } from "../markup.js";
import { change, changeRange, changeUnit } from "../metric-figures.js";
import { pValueText } from "../numbers.js";
import { headlineMetric, verdictWords } from "../words.js";
import { dataTable } from "./tables.js";

/** Each task's headline difference over a common axis, and as a table; empty for fewer than two tasks. */
export function tasksOverview(comparisons: readonly TaskComparison[]): Markup {
  if (comparisons.length < 2) return markup``;
  return markup`<h3>All tasks <span class="muted">after minus before, each task by its headline metric</span></h3>
<figure>${forestPlot(comparisons)}</figure>
<details><summary>All tasks as a table</summary>${dataTable(
    `Headline metrics; p is corrected for ${comparisons.length} tasks by Holm's method`,
    ["Task", "Metric", "Items", "Difference", "95 % interval", "p, corrected", "Verdict"],
    comparisons.map(overviewRow),
  )}</details>`;
}

function overviewRow(comparison: TaskComparison): MarkupValue[] {
  const [name, { difference, before }] = headlineMetric(comparison);
  const { unit } = before.kind;
  const { task, n, adjustedPValue, verdict } = comparison;
  return [
    task,
    name,
    n,
    `${change(difference.mean, unit)} ${changeUnit(unit)}`,
    changeRange(difference.interval95, unit),
    pValueText(adjustedPValue),
    markup`<span class="verdict ${verdict}">${verdictWords(verdict)}</span>`,
  ];
}
