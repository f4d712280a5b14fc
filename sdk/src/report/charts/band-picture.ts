/** The model's blocks in a row, input to the left, with the trained ones marked. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { LayerPlan } from "../../layers/layer-plan.js";
import { type Markup, markup } from "../markup.js";
import { trainedRanges } from "../words.js";
import { share } from "./axis.js";

const height = 56;
const lowestFill = 0.35;

/** N cells; trained ones are filled, as high as their rank where ranks differ. */
export function bandPicture(plan: LayerPlan): Markup {
  const indices = Array.from({ length: plan.blockCount }, (_, index) => index);
  const place = scaleBand<number>().domain(indices).range([0, 100]).paddingInner(0.18);
  const trained = new Map(plan.blocks.map((block) => [block.index, block]));
  const topRank = Math.max(1, ...plan.blocks.map(({ rank }) => rank ?? 1));
  const fill = scaleLinear()
    .domain([0, topRank])
    .range([lowestFill * height, height]);
  const cells = indices.map((index) => {
    const block = trained.get(index);
    const [x, width] = [share(place(index) ?? 0), share(place.bandwidth())];
    const full = block && fill(block.rank ?? topRank);
    const name = `block ${index}: ${block === undefined ? "frozen" : block.train === "full" ? "full weights" : `LoRA rank ${block.rank}`}`;
    return markup`<g><title>${name}</title><rect class="frozen" x="${x}" y="0" width="${width}" height="${height}" rx="2"/>${
      full !== undefined &&
      markup`<rect class="trained" x="${x}" y="${height - full}" width="${width}" height="${full}" rx="2"/>`
    }</g>`;
  });
  const label = `${plan.blockCount} blocks from input to output; trained: ${trainedRanges(plan)}`;
  return markup`<svg class="band" role="img" height="${height + 20}" aria-label="${label}">${cells}${blockNumbers(plan, (index) => (place(index) ?? 0) + place.bandwidth() / 2)}</svg>
<p class="legend spread"><span>input, embedding</span><span><span class="swatch frozen"></span>frozen <span class="swatch after"></span>trained</span><span>head, output</span></p>`;
}

/** Numbers of the first and last block and of the ends of each trained stretch. */
function blockNumbers(plan: LayerPlan, center: (index: number) => number): Markup {
  const trained = new Set(plan.blocks.map(({ index }) => index));
  const ends = [...trained].filter((index) => !trained.has(index - 1) || !trained.has(index + 1));
  const wanted = [...new Set([0, ...ends, plan.blockCount - 1])].sort((a, b) => a - b);
  const apart = wanted.filter((index, position) => {
    const next = wanted[position + 1];
    return next === undefined || center(next) - center(index) > 5;
  });
  return markup`${apart.map(
    (index) =>
      markup`<text class="tick" x="${share(center(index))}" y="${height + 15}" text-anchor="middle">${index}</text>`,
  )}`;
}
