/** The data summary for a terminal of 80 columns. */
import { describeContamination } from "../data/contamination.js";
import type { DataSummary } from "../data/data-summary.js";
import type { LengthBucket } from "../data/length-histogram.js";
import { controlWords, duplicateWords, omissionWords, placesWords, trainedWords } from "./data-words.js";
import { count } from "./numbers.js";

const labelWidth = 13;
const widestBar = 40;

/**
 * Counts, the share that is learnt, a histogram of lengths, and whatever was left out, cut, found twice or found in an
 * evaluation task, with the first places. Lines as long as they need; plain text that ends without a line break.
 */
export function describeDataSummary(summary: DataSummary): string {
  const { rows, examples, longest, maxTokens, dropped, cut, keptControlTexts, duplicates, contamination } = summary;
  const line = (label: string, text: string) => `${label.padEnd(labelWidth)}${text}`;
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
