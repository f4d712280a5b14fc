/** Two bars a metric, before and after, each with its 95 % interval. */
import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { MetricSummary, TaskComparison } from "../../evaluation/result.js";
import { type Markup, markup } from "../markup.js";
import { figure, figureRange } from "../metric-figures.js";
import { share, verticalGrid } from "./axis.js";

const barHeight = 9;
const rowHeight = 38;
const topMargin = 8;
const ticks = [0, 0.25, 0.5, 0.75, 1];
const shareAxis = scaleLinear().domain([0, 1]).range([0, 100]);

/** One row a metric: shares over a common axis from 0 to 100 %, others each over an axis from 0. */
export function beforeAfterBars(comparison: TaskComparison): Markup {
  const metrics = Object.entries(comparison.metrics);
  const shares = metrics.every(([, { before }]) => before.kind.unit === "share");
  const rows = metrics.map(([name, { before, after }]) => {
    const axis = axisOf(before, after);
    return markup`<div class="bar-row"><div class="bar-label">${metricLabel(name)}</div>
<div class="bar-values"><span class="muted">${figure(before)} →</span> <strong>${figure(after)}</strong></div>
<svg class="bars" role="img" height="${rowHeight}" aria-label="${describe(name, before, after)}">${axis === shareAxis ? grid("100%") : ""}${bar("before", before, topMargin, axis)}${bar("after", after, topMargin + barHeight + 3, axis)}</svg></div>
`;
  });
  const scale = markup`<div class="bar-row"><svg class="bars" height="20" aria-hidden="true">${verticalGrid(shareAxis, ticks, (tick) => `${100 * tick} %`, 0)}</svg></div>`;
  return markup`<div class="bar-chart">${rows}${shares ? scale : ""}</div>
<p class="legend"><span class="swatch before"></span>before <span class="swatch after"></span>after <span class="swatch whisker"></span>95 % interval</p>`;
}

function axisOf(before: MetricSummary, after: MetricSummary): ScaleLinear<number, number> {
  if (before.kind.unit === "share") return shareAxis;
  const highest = Math.max(...[before, after].flatMap(({ mean, interval95 }) => [mean, interval95?.[1] ?? 0]));
  return scaleLinear()
    .domain([0, highest || 1])
    .range([0, 100]);
}

function grid(height: string): Markup {
  const lines = ticks.map((tick) => {
    const x = share(shareAxis(tick));
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
  });
  return markup`${lines}`;
}

/** A metric's name, its kind set back: "field:amount" as a muted "field" and "amount". */
export function metricLabel(name: string): Markup {
  const colon = name.indexOf(":");
  if (colon < 0) return markup`${name}`;
  return markup`<span class="muted">${name.slice(0, colon)}</span> ${name.slice(colon + 1)}`;
}

function bar(
  kind: "before" | "after",
  { mean, interval95 }: MetricSummary,
  y: number,
  axis: ScaleLinear<number, number>,
): Markup {
  const middle = y + barHeight / 2;
  const rectangle = markup`<rect class="${kind}" x="0" y="${y}" width="${share(axis(mean))}" height="${barHeight}" rx="1.5"/>`;
  if (interval95 === undefined) return rectangle;
  const [low, high] = [share(axis(interval95[0])), share(axis(interval95[1]))];
  return markup`${rectangle}<g class="whisker"><line x1="${low}" x2="${high}" y1="${middle}" y2="${middle}"/>${[
    low,
    high,
  ].map((x) => markup`<line x1="${x}" x2="${x}" y1="${middle - 3}" y2="${middle + 3}"/>`)}</g>`;
}

function describe(name: string, before: MetricSummary, after: MetricSummary): string {
  const part = (summary: MetricSummary) => `${figure(summary)}, 95 % interval ${figureRange(summary)}`;
  return `${name}: before ${part(before)}; after ${part(after)}`;
}
