/** Writes the figures of prepared data for a terminal. */
import type { DataSummary, LengthBucket } from "../index.js";

const widestBar = 40;

/** Counts and the histogram of lengths. Ends without a line break. */
export function drawSummary(summary: DataSummary): string {
  const { examples, tokens, trainedTokens, longest } = summary;
  const share = ((100 * trainedTokens) / tokens).toFixed(1);
  return [
    `examples       ${examples}`,
    `tokens         ${tokens}, the longest example ${longest}`,
    `trained        ${trainedTokens} tokens, ${share} %`,
    "",
    ...histogramLines(summary.histogram),
  ].join("\n");
}

function histogramLines(histogram: readonly LengthBucket[]): readonly string[] {
  const most = Math.max(...histogram.map(({ examples }) => examples));
  const range = ({ from, to }: LengthBucket) => `${from}-${to}`;
  const width = Math.max(...histogram.map((bucket) => range(bucket).length));
  return [
    "examples by tokens",
    ...histogram.map((bucket) => {
      const bar = "#".repeat(Math.ceil((widestBar * bucket.examples) / most));
      return `  ${range(bucket).padStart(width)}  ${bar.padEnd(widestBar)} ${bucket.examples}`;
    }),
  ];
}
