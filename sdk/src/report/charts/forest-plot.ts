/** Every task's headline as a paired difference with its 95 % interval, one row a task, one panel a unit. */
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolTriangle } from "d3-shape";
import type { MetricComparison, TaskComparison, Verdict } from "../../evaluation/result.js";
import type { MetricKind } from "../../evaluation/task.js";
import { type Markup, markup } from "../markup.js";
import { change, changeRange, changeUnit } from "../metric-figures.js";
import { significant } from "../numbers.js";
import { headlineMetric, verdictWords } from "../words.js";
import { share, verticalGrid } from "./axis.js";

const rowHeight = 30;
const middle = rowHeight / 2;
const markerArea = 90;

type Axis = ScaleLinear<number, number>;

/** Rows over a common axis with a line at 0; shares, nats and bits each have an axis of their own. */
export function forestPlot(comparisons: readonly TaskComparison[]): Markup {
  const byUnit = new Map<MetricKind["unit"], TaskComparison[]>();
  for (const comparison of comparisons) {
    const { unit } = headlineMetric(comparison)[1].before.kind;
    byUnit.set(unit, [...(byUnit.get(unit) ?? []), comparison]);
  }
  const verdicts: readonly Verdict[] = ["better", "worse", "no-difference-shown"];
  return markup`${[...byUnit].map(([unit, rows]) => panel(unit, rows))}
<p class="legend">${verdicts.map((verdict) => markup`<svg class="key" aria-hidden="true">${marker(verdict, "50%")}</svg>${verdictWords(verdict)} `)}<span class="nowrap"><span class="swatch whisker"></span>95 % interval</span></p>`;
}

function panel(unit: MetricKind["unit"], comparisons: readonly TaskComparison[]): Markup {
  const bounds = comparisons.flatMap((comparison) => headlineMetric(comparison)[1].difference.interval95);
  const [low, high] = [Math.min(0, ...bounds), Math.max(0, ...bounds)];
  const axis = scaleLinear()
    .domain(low === high ? [-1, 1] : [low, high])
    .nice(5)
    .range([0, 100]);
  const ticks = axis.ticks(5);
  const label = (tick: number) => signed(unit === "share" ? 100 * tick : tick);
  return markup`<div class="bar-chart forest">${comparisons.map((comparison) => row(comparison, axis, ticks))}<div class="bar-row"><svg class="bars" height="20" aria-hidden="true">${verticalGrid(axis, ticks, label, 0)}</svg><div class="bar-values muted">${changeUnit(unit)}</div></div></div>`;
}

function row(comparison: TaskComparison, axis: Axis, ticks: readonly number[]): Markup {
  const [name, { difference, before }] = headlineMetric(comparison);
  const { unit, goal } = before.kind;
  const [low, high] = difference.interval95.map((bound) => share(axis(bound)));
  const lines = ticks.map((tick) => {
    const x = share(axis(tick));
    return markup`<line class="${tick === 0 ? "zero" : "grid"}" x1="${x}" x2="${x}" y1="0" y2="${rowHeight}"/>`;
  });
  return markup`<div class="bar-row"><div class="bar-label">${comparison.task} <span class="muted">${name}${goal === "lower" && ", less is better"}</span></div>
<div class="bar-values"><strong>${change(difference.mean, unit)}</strong></div>
<svg class="bars" role="img" height="${rowHeight}" aria-label="${describe(comparison)}">${lines}<g class="whisker"><line x1="${low ?? ""}" x2="${high ?? ""}" y1="${middle}" y2="${middle}"/></g>${marker(comparison.verdict, share(axis(difference.mean)))}</svg></div>
`;
}

/** A shape a verdict, so that nobody has to tell colours apart: triangle up, triangle down, open circle. */
function marker(verdict: Verdict, x: string): Markup {
  const shape = verdict === "no-difference-shown" ? symbolCircle : symbolTriangle;
  const path = symbol(shape, markerArea).digits(2)() ?? "";
  // Paths have no percentages: an inner picture is placed instead.
  return markup`<svg x="${x}" y="${middle}" width="1" height="1"><path class="marker ${verdict}" d="${path}"${verdict === "worse" && markup` transform="rotate(180)"`}/></svg>`;
}

function describe(comparison: TaskComparison): string {
  const [name, metric] = headlineMetric(comparison);
  const { unit } = metric.before.kind;
  return `${comparison.task}, ${name}: ${rangeWords(metric)} ${changeUnit(unit)}; ${verdictWords(comparison.verdict)}`;
}

/** "+12.0, 95 % interval +4.1 to +19.6". */
function rangeWords({ difference, before }: MetricComparison): string {
  const { unit } = before.kind;
  return `${change(difference.mean, unit)}, 95 % interval ${changeRange(difference.interval95, unit)}`;
}

function signed(tick: number): string {
  return tick > 0 ? `+${significant(tick)}` : significant(tick).replace("-", "−");
}
