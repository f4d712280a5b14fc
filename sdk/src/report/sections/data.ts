/** What the model was trained on, and what was left out of it. */
import { describeContamination } from "../../data/contamination.js";
import {
  controlWords,
  duplicateWords,
  omissionWords,
  packingWords,
  placesWords,
  replayWords,
  trainedWords,
} from "../data-words.js";
import { type Markup, type MarkupValue, markup } from "../markup.js";
import { count, percent } from "../numbers.js";
import type { ReportData, ReportReplay, RunReport } from "../run-report.js";
import { dataTable, factTable } from "./tables.js";

/** Counts, omissions with their places, duplicates, what tasks share, packing, and the lengths as a table. */
export function dataSection({ data }: RunReport): Markup {
  const shared = data.contamination.map(describeContamination);
  return markup`<section><h2>Data</h2>${factTable([
    ["Source", data.name],
    ["Rows read", count(data.rows)],
    ["Examples", count(data.examples)],
    ["Learnt", trainedWords(data)],
    ["Longest example", `${count(data.longest)} tokens, limit ${count(data.maxTokens)}`],
    ["Left out or cut", omissions(data)],
    ["Typed control tokens", controlWords(data.keptControlTexts)],
    ["Duplicates", duplicateWords(data.duplicates)],
    ["Shared with tasks", shared.length === 0 ? "nothing found" : markup`${shared.map(line)}`],
    ...(data.replay === undefined ? [] : replayRows(data.replay)),
    ["Micro-batches filled", packingWords(data.packing)],
    ["Hash", markup`<code>${data.contentHash}</code>`],
  ])}
<h3>Lengths</h3>${dataTable("Examples by tokens", ["Tokens", "Examples", "Share"], data.histogram.map(bucketRow(data)))}</section>`;
}

function replayRows(replay: ReportReplay): readonly (readonly [string, MarkupValue])[] {
  const shared = replay.contamination.map(describeContamination);
  return [
    ["Replayed", replayWords(replay)],
    ["Replayed, learnt", trainedWords(replay)],
    ["Replayed, left out or cut", omissions(replay)],
    ["Replayed, shared with tasks", shared.length === 0 ? "nothing found" : markup`${shared.map(line)}`],
    ["Replayed, hash", markup`<code>${replay.contentHash}</code>`],
  ];
}

function omissions({ dropped, cut }: Pick<ReportData, "dropped" | "cut">): MarkupValue {
  const all = [...dropped, ...cut];
  if (all.length === 0) return "nothing";
  return markup`${all.map((omission) => line(`${omissionWords(omission)}: ${placesWords(omission)}`))}`;
}

function line(text: string): Markup {
  return markup`<div>${text}</div>`;
}

function bucketRow({ examples: all }: ReportData) {
  return ({ from, to, examples }: ReportData["histogram"][number]): readonly string[] => [
    `${count(from)} to ${count(to)}`,
    count(examples),
    percent(examples / all),
  ];
}
