/**
 * What does training all blocks cost, and what the middle alone? The same rows, steps and sum of ranks, once on every block
 * and once on those between 20 % and 80 % of the depth; then what was learnt beside what was forgotten, in one picture.
 * Two trainings: about twenty minutes on two cores. A second start reads both from the cache.
 *
 *     npx tsx examples/forgetting.ts     writes out/forgetting/, with a report for each and the picture
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  allBlocks,
  Client,
  type FinetuneResult,
  interruptSignal,
  jsonl,
  jsonRecord,
  lora,
  midBlock,
  terminalProgress,
} from "midblock";
import { type Panel, pictureOf } from "./forgetting-picture.js";

const folder = fileURLToPath(new URL("../out/forgetting", import.meta.url));
const terminal = terminalProgress();
const signal = interruptSignal();
await using client = await Client.launch({ model: "smollm2-135m-instruct", onProgress: terminal.launch, signal });

// 1. One program but for the plan. 270 is 18 blocks of rank 15, or 30 of rank 9: as many trained numbers.
const plans = { "all blocks": allBlocks(), "the middle": midBlock({ from: 0.2, to: 0.8 }) };

const results: [plan: string, result: FinetuneResult][] = [];
for (const [plan, layers] of Object.entries(plans)) {
  const run = await client.finetune({
    name: `Customer messages to JSON records: ${plan}`,
    key: `forgetting: ${plan}`,
    data: jsonl(new URL("data/train.jsonl", import.meta.url)),
    layers,
    method: lora({ rankBudget: 270 }),
    epochs: 2,
    learningRate: 5e-4,
    evaluate: [jsonRecord({ data: jsonl(new URL("data/test.jsonl", import.meta.url)), maxNewTokens: 96 })],
    retention: true,
    signal,
  });
  await terminal.follow(run);
  const result = await run.result();
  await result.save(`${folder}/${plan.replace(" ", "-")}`);
  results.push([plan, result]);
}

// 2. Learnt and forgotten, each with its 95 % interval. Where intervals overlap, one run a plan can't tell them apart.
const panels: Panel[] = [
  panel("Learnt: exact records", "% of 120 messages", (result) => {
    const summary = metric(result, "json-record", "exact")?.after;
    return summary && { mean: 100 * summary.mean, interval: summary.interval95?.map((bound) => 100 * bound) };
  }),
  panel(
    "Kept: what the base got right",
    "% of its right answers",
    ({ kept }) => kept && { mean: 100 * kept.share, interval: kept.interval95.map((bound) => 100 * bound) },
  ),
  panel(
    "Drift from the base",
    "nats a token, less is better",
    ({ drift }) => drift && { mean: drift.klPerToken.value, interval: drift.klPerToken.interval95 },
  ),
  panel("Neutral texts", "bits a byte more than the base, less is better", (result) => {
    const difference = metric(result, "retention-language", "bits-per-byte")?.difference;
    return difference && { mean: difference.mean, interval: difference.interval95 };
  }),
];

for (const { title, unit, rows } of panels) {
  console.log(`\n${title} (${unit})`);
  for (const {
    name,
    mean,
    interval: [low, high],
  } of rows) {
    console.log(
      `  ${name.padEnd(12)}${mean.toFixed(3).padStart(9)}   95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}`,
    );
  }
}

const picture = `${folder}/forgetting.svg`;
await writeFile(picture, pictureOf(panels));
console.log(`\nThe picture: ${picture}`);

interface Estimate {
  readonly mean: number;
  readonly interval: readonly number[] | undefined;
}

function panel(title: string, unit: string, read: (result: FinetuneResult) => Estimate | undefined): Panel {
  const rows = results.flatMap(([name, result]) => {
    const { mean, interval: [low, high] = [] } = read(result) ?? { mean: Number.NaN, interval: undefined };
    return low === undefined || high === undefined ? [] : [{ name, mean, interval: [low, high] as const }];
  });
  return { title, unit, rows };
}

function metric(result: FinetuneResult, task: string, name: string) {
  return result.comparisons.find((comparison) => comparison.task === task)?.metrics[name];
}
