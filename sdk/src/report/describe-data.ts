/** The data summary for a terminal of 80 columns. */
import { describeContamination } from "../data/contamination.js";
import type { DataSummary } from "../data/data-summary.js";
import type { LengthBucket } from "../data/length-histogram.js";
import { controlWords, duplicateWords, omissionWords, placesWords, trainedWords } from "./data-words.js";
import { count } from "./numbers.js";

const labelWidth = 13;
const textWidth = 80 - labelWidth;
const widestBar = 40;

/**
 * Counts, the share that is learnt, a histogram of lengths, and whatever was left out, cut, found twice or found in an
 * evaluation task, with the first places. Only a word, such as a long path, makes a line longer than 80 columns. Plain
 * text that ends without a line break.
 */
export function describeDataSummary(summary: DataSummary): string {
  const { rows, examples, longest, maxTokens, dropped, cut, keptControlTexts, duplicates, contamination } = summary;
  const line = (label: string, text: string) =>
    wrapped(text)
      .map((part, index) => `${(index === 0 ? label : "").padEnd(labelWidth)}${part}`)
      .join("\n");
  return [
    line("rows", count(rows)),
    line("examples", `${count(examples)}, the longest of ${count(longest)} tokens (limit ${count(maxTokens)})`),
    line("learnt", trainedWords(summary)),
    ...histogramLines(summary.histogram).map((bar, index) => line(index === 0 ? "lengths" : "", bar)),
    ...[...dropped, ...cut].map((omission) => line("omitted", `${omissionWords(omission)}: ${placesWords(omission)}`)),
    ...(dropped.length + cut.length === 0 ? [line("omitted", "nothing")] : []),
    ...(keptControlTexts > 0 ? [line("control", controlWords(keptControlTexts))] : []),
    line("duplicates", duplicateWords(duplicates)),
    ...contamination.map((shared) => line("warning", describeContamination(shared))),
  ]
    .join("\n")
    .replaceAll("\u00a0", " ");
}

function wrapped(text: string): readonly string[] {
  if (text.length <= textWidth) return [text];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= textWidth) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}

function histogramLines(histogram: readonly LengthBucket[]): readonly string[] {
  const most = histogram.reduce((largest, { examples }) => Math.max(largest, examples), 0);
  const ranges = histogram.map(({ from, to }) => `${count(from)}-${count(to)}`);
  const width = Math.max(0, ...ranges.map((range) => range.length));
  const counts = histogram.map(({ examples }) => count(examples));
  const countWidth = Math.max(0, ...counts.map((text) => text.length));
  return histogram.map(({ examples }, index) => {
    const bar = "█".repeat(Math.ceil((widestBar * examples) / most));
    return `${ranges[index]?.padStart(width)} tokens ${counts[index]?.padStart(countWidth)} ${bar}`.trimEnd();
  });
}
