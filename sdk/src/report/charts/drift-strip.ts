/** Every neutral prompt as a dot at its own drift, with the mean and its interval below. */
import { scaleLinear } from "d3-scale";
import type { DriftResult } from "../../evaluation/result.js";
import { type Markup, markup } from "../markup.js";
import { significant } from "../numbers.js";
import { share, verticalGrid } from "./axis.js";

const height = 64;
const dotRows = 5;

/** A strip of dots over an axis of nats per token from 0. */
export function driftStrip({ items, klPerToken }: DriftResult): Markup {
  const means = items.map(({ klSum, tokens }) => klSum / tokens);
  const axis = scaleLinear()
    .domain([0, Math.max(...means, klPerToken.interval95[1], Number.MIN_VALUE)])
    .nice(4)
    .range([0, 100]);
  // The height of a dot means nothing: rows only keep dots from hiding each other.
  const dots = means.map((mean, index) => {
    const y = 8 + (index % dotRows) * 7;
    return markup`<circle class="dot" cx="${share(axis(Math.max(0, mean)))}" cy="${y}" r="3.5"/>`;
  });
  const [low, high] = klPerToken.interval95.map((bound) => share(axis(bound)));
  const label = `Drift of ${items.length} prompts; mean ${significant(klPerToken.value)} nats per token`;
  return markup`<svg class="strip" role="img" height="${height + 22}" aria-label="${label}">${verticalGrid(axis, axis.ticks(4), significant, height)}${dots}
<line class="mean-range" x1="${low ?? ""}" x2="${high ?? ""}" y1="${height - 10}" y2="${height - 10}"/><circle class="mean" cx="${share(axis(klPerToken.value))}" cy="${height - 10}" r="5"/></svg>
<p class="legend"><span class="swatch dot"></span>one prompt <span class="swatch mean"></span>mean over all tokens with 95 % interval; the axis is KL(base ‖ tuned) in nats per token</p>`;
}
