/** Answers before and after, side by side. */
import type { ItemRecord, TaskComparison } from "../../evaluation/result.js";
import { type Markup, markup } from "../markup.js";
import { counted } from "../numbers.js";
import { headlineMetric } from "../words.js";

const samplesPerKind = 4;

interface Pair {
  readonly before: ItemRecord;
  readonly after: ItemRecord;
}

/** Of every task some items that got better, some that got worse and some that stayed wrong. */
export function samplesSection(comparisons: readonly TaskComparison[]): Markup {
  if (comparisons.length === 0) return markup``;
  return markup`<section><h2>Samples</h2>${comparisons.map(taskSamples)}</section>`;
}

function taskSamples(comparison: TaskComparison): Markup {
  const [metric] = headlineMetric(comparison);
  const value = (item: ItemRecord) => item.metrics[metric] ?? Number.NaN;
  const pairs = comparison.before.items.flatMap((before, index): Pair[] => {
    const after = comparison.after.items[index];
    return after === undefined ? [] : [{ before, after }];
  });
  const kinds: readonly (readonly [string, readonly Pair[]])[] = [
    ["Got better", pairs.filter(({ before, after }) => value(after) > value(before))],
    ["Got worse", pairs.filter(({ before, after }) => value(after) < value(before))],
    ["Still wrong", pairs.filter(({ before, after }) => value(after) === value(before) && value(after) < 1)],
  ];
  return markup`<h3>${comparison.task} <span class="muted">by ${metric}</span></h3>${kinds.map(([title, found]) => kindPart(title, found))}`;
}

function kindPart(title: string, pairs: readonly Pair[]): Markup {
  const shown = pairs.slice(0, samplesPerKind);
  const tally =
    pairs.length > shown.length ? `first ${shown.length} of ${pairs.length}` : counted(pairs.length, "item");
  return markup`<h4>${title} <span class="muted">${tally}</span></h4>${shown.map(sample)}`;
}

function sample({ before, after }: Pair): Markup {
  return markup`<article class="sample"><h5>Item ${before.index + 1}</h5>
<div class="sample-part"><span class="label">Prompt</span><pre tabindex="0">${before.prompt}</pre></div>
<div class="sample-part"><span class="label">Wanted</span><pre tabindex="0">${before.target}</pre></div>
<div class="sides">${side("Before", before)}${side("After", after)}</div></article>`;
}

function side(title: string, item: ItemRecord): Markup {
  const marks = [item.invalid && "no readable answer", item.truncated && "cut at the token budget"].filter(Boolean);
  return markup`<div class="sample-part"><span class="label">${title}${marks.length > 0 && `, ${marks.join(", ")}`}</span><pre tabindex="0">${item.output}</pre></div>`;
}
