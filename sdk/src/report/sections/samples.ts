/** Answers before and after, side by side: the items that flipped. */
import type { ItemRecord, TaskComparison } from "../../evaluation/result.js";
import { type Markup, markup } from "../markup.js";
import { count, counted, significant } from "../numbers.js";
import { headlineMetric } from "../words.js";

const shownFlips = 20;
const shownStillWrong = 4;
const shownFailed = 4;
const mostCharacters = 2000;

interface Pair {
  readonly before: ItemRecord;
  readonly after: ItemRecord;
}

/** Of every task the first 20 items that got better and that got worse by its headline, and some that stayed wrong. */
export function samplesSection(comparisons: readonly TaskComparison[]): Markup {
  if (comparisons.length === 0) return markup``;
  return markup`<section><h2>Items that flipped</h2>
<p class="note">In the order of each task's data. All items are in items.jsonl, uncut.</p>${comparisons.map(taskSamples)}</section>`;
}

function taskSamples(comparison: TaskComparison): Markup {
  const [metric, { before: summary }] = headlineMetric(comparison);
  const { unit, goal } = summary.kind;
  const value = (item: ItemRecord) => item.metrics[metric] ?? Number.NaN;
  const gain = ({ before, after }: Pair) => (goal === "higher" ? 1 : -1) * (value(after) - value(before));
  const pairs = comparison.before.items.flatMap((before, index): Pair[] => {
    const after = comparison.after.items[index];
    return after === undefined ? [] : [{ before, after }];
  });
  const stillWrong = (pair: Pair) => unit === "share" && gain(pair) === 0 && value(pair.after) < 1;
  const failed = pairs.filter(({ before, after }) => before.failure !== undefined || after.failure !== undefined);
  const part = (title: string, found: readonly Pair[], shown: number) =>
    kindPart(title, found.slice(0, shown), found.length, metric);
  return markup`<h3>${comparison.task} <span class="muted">by ${metric}</span></h3>${[
    part(
      "Got better",
      pairs.filter((pair) => gain(pair) > 0),
      shownFlips,
    ),
    part(
      "Got worse",
      pairs.filter((pair) => gain(pair) < 0),
      shownFlips,
    ),
    unit === "share" && part("Still wrong", pairs.filter(stillWrong), shownStillWrong),
    failed.length > 0 && part("Not judged, since the rule failed", failed, shownFailed),
  ]}`;
}

function kindPart(title: string, shown: readonly Pair[], total: number, metric: string): Markup {
  const tally = total > shown.length ? `first ${shown.length} of ${count(total)}` : counted(total, "item");
  const heading = markup`${title} <span class="muted">${tally}</span>`;
  if (shown.length === 0) return markup`<p class="flips">${heading}</p>`;
  return markup`<details class="flips"><summary>${heading}</summary>${shown.map((pair) => sample(pair, metric))}</details>`;
}

function sample({ before, after }: Pair, metric: string): Markup {
  return markup`<article class="sample"><h5>Item ${before.index + 1}</h5>
<div class="sample-part"><span class="label">Prompt</span><pre tabindex="0">${withoutStart(before.prompt)}</pre></div>
<div class="sample-part"><span class="label">Wanted</span><pre tabindex="0">${withoutEnd(before.target)}</pre></div>
<div class="sides">${side("Before", before, metric)}${side("After", after, metric)}</div></article>`;
}

function side(title: string, item: ItemRecord, metric: string): Markup {
  const value = item.metrics[metric];
  const verdict = value === undefined ? "not judged" : `${metric} ${significant(value)}`;
  const marks = [
    item.invalid && "no readable answer",
    item.truncated && "cut at the token budget",
    item.failure !== undefined && `the rule failed: ${item.failure}`,
  ].filter(Boolean);
  const output = item.output === "" ? markup`<span class="muted">no text</span>` : withoutEnd(item.output);
  return markup`<div class="sample-part"><span class="label">${[`${title}: ${verdict}`, ...marks].join(", ")}</span><pre tabindex="0">${output}</pre></div>`;
}

/** The end of a long text: a prompt's question stands last. */
function withoutStart(text: string): Markup {
  if (text.length <= mostCharacters) return markup`${text}`;
  return markup`${cutMark(text.length - mostCharacters, "before this")}\n${text.slice(-mostCharacters)}`;
}

/** The start of a long text. */
function withoutEnd(text: string): Markup {
  if (text.length <= mostCharacters) return markup`${text}`;
  return markup`${text.slice(0, mostCharacters)}\n${cutMark(text.length - mostCharacters, "after this")}`;
}

function cutMark(characters: number, where: string): Markup {
  return markup`<span class="cut">[${counted(characters, "character")} ${where} not shown]</span>`;
}
