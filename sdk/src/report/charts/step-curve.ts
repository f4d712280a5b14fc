/** One figure of every optimiser step, as a curve over the steps. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { type Markup, markup } from "../markup.js";
import { count, significant } from "../numbers.js";
import { share, verticalGrid } from "./axis.js";

/** What a curve shows. */
export interface StepCurve {
  /** Name with unit, such as "Loss, nats per trained token". */
  readonly title: string;
  readonly values: readonly number[];
  /** Step of the first value. */
  readonly firstStep: number;
  /** Height of the plot in pixels. */
  readonly height: number;
  /** Also draw the mean over a window, and the single values faintly. */
  readonly smooth: boolean;
  /** Upright lines at steps; one that stands out is drawn full. */
  readonly marks?: readonly { readonly step: number; readonly label: string; readonly stands: boolean }[] | undefined;
}

const smallestSmoothed = 40;

/** A curve with y from 0; empty markup for fewer than two values. */
export function stepCurve({ title, values, firstStep, height, smooth, marks = [] }: StepCurve): Markup {
  if (values.length < 2) return markup``;
  const lastStep = firstStep + values.length - 1;
  const x = scaleLinear().domain([firstStep, lastStep]).range([0, 100]);
  const y = scaleLinear()
    .domain([0, Math.max(...values.filter(Number.isFinite), Number.MIN_VALUE)])
    .nice(3)
    .range([height, 0]);
  const steps = [
    firstStep,
    ...x.ticks(4).filter((tick) => Number.isInteger(tick) && x(tick) > 8 && x(tick) < 92),
    lastStep,
  ];
  const window = smooth && values.length >= smallestSmoothed ? Math.ceil(values.length / 20) : undefined;
  const draw = (drawn: readonly number[], kind: string) =>
    curve(drawn, (index) => x(firstStep + index), y, height, kind);
  const means = window && draw(runningMean(values, window), "curve");
  const label = `${title}: ${significant(values[0] ?? 0)} at step ${firstStep}, ${significant(values.at(-1) ?? 0)} at step ${lastStep}`;
  return markup`<figure class="step-curve"><figcaption>${title}${window && markup` <span class="muted">(bold: mean of ${window} steps)</span>`}</figcaption>
<div class="plot"><div class="y-ticks" style="height:${height}px">${y.ticks(3).map((tick) => markup`<span style="top:${y(tick)}px">${significant(tick)}</span>`)}</div>
<svg role="img" height="${height + 22}" aria-label="${label}">${y.ticks(3).map((tick) => markup`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/>`)}${verticalGrid(x, steps, count, height)}${marks.map(({ step, label: told, stands }) => markup`<line class="${stands ? "mark stands" : "mark"}" x1="${share(x(step))}" x2="${share(x(step))}" y1="0" y2="${height}"><title>${told}</title></line>`)}${draw(values, means ? "curve faint" : "curve")}${means}</svg></div></figure>`;
}

function curve(
  values: readonly number[],
  x: (index: number) => number,
  y: (value: number) => number,
  height: number,
  kind: string,
): Markup {
  const path = line<number>()
    .defined(Number.isFinite)
    .x((_, index) => x(index))
    .y((value) => y(value))
    .digits(2)(values);
  // Paths can't be in percent: an inner picture of 100 units is stretched over the width, its stroke is not.
  return markup`<svg class="stretched" viewBox="0 0 100 ${height}" width="100%" height="${height}" preserveAspectRatio="none"><path class="${kind}" d="${path ?? ""}"/></svg>`;
}

/** Mean over a window that is cut at both ends. */
function runningMean(values: readonly number[], window: number): number[] {
  return values.map((_, index) => {
    const from = Math.max(0, index - Math.floor(window / 2));
    const within = values.slice(from, index + Math.ceil(window / 2));
    return within.reduce((sum, value) => sum + value, 0) / within.length;
  });
}
