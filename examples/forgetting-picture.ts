/** Draws estimates with their intervals: a panel a measure, a row a plan, as an SVG file for light and dark pages. */
import { scaleLinear } from "d3-scale";

/** One measure of several plans. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly rows: readonly {
    readonly name: string;
    readonly mean: number;
    readonly interval: readonly [number, number];
  }[];
}

const width = 640;
const [left, right] = [110, 40];
const rowHeight = 26;
const [headHeight, footHeight] = [40, 34];

/** The panels one above the other. */
export function pictureOf(panels: readonly Panel[]): string {
  const heights = panels.map(({ rows }) => headHeight + rows.length * rowHeight + footHeight);
  const drawn = panels.map((panel, index) => {
    const top = heights.slice(0, index).reduce((sum, height) => sum + height, 0);
    return `<g transform="translate(0 ${top})">${draw(panel)}</g>`;
  });
  const height = heights.reduce((sum, each) => sum + each, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<title>What was learnt and what was forgotten, by the blocks that were trained</title>
<style>
  text { fill: #222 } .quiet { fill: #595959 } .grid { stroke: #ddd } .mark { stroke: #1f5fae; fill: #1f5fae; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    svg { background: #16181c } text { fill: #eee } .quiet { fill: #aaa } .grid { stroke: #3a3d44 }
    .mark { stroke: #7db3f2; fill: #7db3f2 }
  }
</style>
${drawn.join("\n")}
</svg>
`;
}

function draw({ title, unit, rows }: Panel): string {
  const bounds = rows.flatMap(({ interval }) => interval);
  const axis = scaleLinear()
    .domain([Math.min(...bounds), Math.max(...bounds)])
    .nice(5)
    .range([left, width - right]);
  const bottom = headHeight + rows.length * rowHeight;
  const ticks = axis.ticks(5).map((tick) => {
    const line = `<line class="grid" x1="${axis(tick)}" x2="${axis(tick)}" y1="${headHeight}" y2="${bottom}"/>`;
    return `${line}<text class="quiet" x="${axis(tick)}" y="${bottom + 16}" text-anchor="middle">${axis.tickFormat(5)(tick)}</text>`;
  });
  const estimates = rows.map(({ name, mean, interval: [low, high] }, index) => {
    const y = headHeight + (index + 0.5) * rowHeight;
    return `<text x="0" y="${y + 4}">${name}</text><g class="mark"><title>${name}: ${mean.toPrecision(3)}, ${low.toPrecision(3)} to ${high.toPrecision(3)}</title><line x1="${axis(low)}" x2="${axis(high)}" y1="${y}" y2="${y}"/><circle cx="${axis(mean)}" cy="${y}" r="4"/></g>`;
  });
  return `<text x="0" y="24" font-weight="600">${title} <tspan class="quiet" font-weight="400">${unit}</tspan></text>${ticks.join("")}${estimates.join("")}`;
}
