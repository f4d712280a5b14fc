/**
 * Parts that all charts share.
 *
 * Charts are SVG without a view box: places along x are percentages and text keeps its size, so a chart fits a phone and
 * a sheet of paper without scaling its letters. d3-scale places things, d3-shape draws paths.
 */
import type { ScaleLinear } from "d3-scale";
import { type Markup, markup } from "../markup.js";

/** A number as a percentage for an SVG attribute. */
export function share(value: number): string {
  return `${Number(value.toFixed(3))}%`;
}

/** Vertical grid lines with their labels underneath; `scale` maps to 0-100. */
export function verticalGrid(
  scale: ScaleLinear<number, number>,
  ticks: readonly number[],
  label: (tick: number) => string,
  height: number,
): Markup {
  const [first, last] = scale.domain();
  return markup`${ticks.map((tick) => {
    const x = share(scale(tick));
    const anchor = tick === first ? "start" : tick === last ? "end" : "middle";
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height}"/><text class="tick" x="${x}" y="${height + 16}" text-anchor="${anchor}">${label(tick)}</text>`;
  })}`;
}
