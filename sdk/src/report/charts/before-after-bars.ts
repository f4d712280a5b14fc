/** Two bars a metric, before and after, each with its 95 % interval. */
import { scaleLinear } from "d3-scale";
import type { MetricSummary, TaskComparison } from "../../evaluation/result.js";
import { type Markup, markup } from "../markup.js";
import { percent, percentRange } from "../numbers.js";
import { share, verticalGrid } from "./axis.js";

const barHeight = 9;
const rowHeight = 38;
const topMargin = 8;
const ticks = [0, 0.25, 0.5, 0.75, 1];
const axis = scaleLinear().domain([0, 1]).range([0, 100]);

/** One row a metric, over a common axis from 0 to 100 %. */
export function beforeAfterBars(comparison: TaskComparison): Markup {
  const rows = Object.entries(comparison.metrics).map(
    ([name, { before, after }]) => markup`<div class="bar-row"><div class="bar-label">${metricLabel(name)}</div>
<div class="bar-values"><span class="muted">${percent(before.mean)} →</span> <strong>${percent(after.mean)}</strong></div>
<svg class="bars" role="img" height="${rowHeight}" aria-label="${describe(name, before, after)}">${grid("100%")}${bar("before", before, topMargin)}${bar("after", after, topMargin + barHeight + 3)}</svg></div>
`,
  );
  return markup`<div class="bar-chart">${rows}<div class="bar-row"><svg class="bars" height="20" aria-hidden="true">${verticalGrid(axis, ticks, (tick) => `${100 * tick} %`, 0)}</svg></div></div>
<p class="legend"><span class="swatch before"></span>before <span class="swatch after"></span>after <span class="swatch whisker"></span>95 % interval</p>`;
}

function grid(height: string): Markup {
  const lines = ticks.map((tick) => {
    const x = share(axis(tick));
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

function bar(kind: "before" | "after", { mean, interval95 }: MetricSummary, y: number): Markup {
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
  const part = (summary: MetricSummary) =>
    `${percent(summary.mean)}, 95 % interval ${percentRange(summary.interval95)}`;
  return `${name}: before ${part(before)}; after ${part(after)}`;
}
