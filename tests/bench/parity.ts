/**
 * Whether evaluations give what lm-evaluation-harness gives, and in which time. Run by
 * `npm run bench:parity -- GSM8K_FOLDER IFEVAL.jsonl [--only KEY,KEY] [--items N]`; the folder holds GSM8K's train.jsonl
 * and test.jsonl. MIDBLOCK_GSM8K (the folder or a file in it) and MIDBLOCK_IFEVAL name them as well. Prints tables and, last,
 * one JSON line; ends with 1 where a verdict differs.
 *
 * Both sides are given the same model in float32, the same rows and as many threads, each in a process of its own, in turn.
 * The peer is the harness's hf backend on its own task files, 8 rows a batch unless `--batch-size` says otherwise.
 *
 * - rules_same: share of hostile outputs on which our rules and the harness's own code give the same verdict.
 * - choice_verdicts, loglikelihood_error: retention's questions and texts by likelihood; the largest relative difference.
 * - ifeval_verdicts, gsm8k_verdicts: share of the peer's answers that our rules judge, instruction by instruction and filter
 *   by filter, as the peer does. GSM8K: 5-shot on the base model and after a step of training, and 0-shot.
 * - gsm8k_texts: share of GSM8K's rows that both sides answered with the same text.
 * - time_over_lm_eval: our time for GSM8K, 5-shot, on base and tuned model, over the peer's as it comes, which is one row a
 *   batch; time_over_lm_eval_batched: over the peer's with batches. From reading the rows to the last verdict; launching and
 *   loading are left out on both sides.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packageVersion } from "midblock";
import { figureTable, keeps } from "./figure-table.js";
import { benchLine, median } from "./median.js";
import { figures } from "./parity/figures.js";
import { preparePeer } from "./parity/peer-process.js";
import { defaultItems, type Items, newRound, type Round } from "./parity/round.js";
import { withClient } from "./parity/sides.js";

const { keys, items, roundCount, ...work } = readArguments();
const folder = await mkdtemp(join(tmpdir(), "midblock-bench-parity-"));
try {
  const launch = { ...work, folder };
  const { modelFolder, threads, versions } = await withClient(launch, async ({ modelCard, server }) => ({
    modelFolder: modelCard.weightsFolder,
    threads: server.device.threads,
    versions: { midblock: packageVersion, node: process.version, ...server.packageVersions },
  }));
  const bench = { ...launch, threads, modelFolder, peer: await preparePeer(threads) };
  const values = new Map<string, number[]>(keys.map((key) => [key, []]));
  const rounds: Round[] = [];
  for (let index = 0; index < roundCount; index++) {
    console.error(`round ${index + 1} of ${roundCount}`);
    const round = newRound(bench, items);
    rounds.push(round);
    for (const key of keys) {
      const value = (await figures[key]?.measure(round)) ?? Number.NaN;
      values.get(key)?.push(value);
      console.error(`    ${key} ${value.toPrecision(4)}`);
    }
  }
  console.log(`medians of ${roundCount} rounds, ${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}`);
  console.log(`rows: ${JSON.stringify(items)}, the peer's batch: ${work.batchSize}\n`);
  const [first] = rounds;
  for (const note of first?.notes ?? []) console.log(`${note}\n`);
  console.log(`${figureTable(values, figures)}\n`);
  console.log(benchLine("parity", Object.fromEntries(values), { ...versions, ...first?.peerVersions }));
  const missed = [...values].filter(([key, all]) => {
    const figure = figures[key];
    return figure?.isExact && !keeps(figure.target, median(all));
  });
  if (missed.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string" },
      items: { type: "string" },
      rounds: { type: "string", default: "1" },
      model: { type: "string", default: "smollm2-135m-instruct" },
      threads: { type: "string", default: "0" },
      "batch-size": { type: "string", default: "8" },
    },
  });
  const gsm8k = positionals[0] ?? process.env["MIDBLOCK_GSM8K"];
  const ifevalFile = positionals[1] ?? process.env["MIDBLOCK_IFEVAL"];
  const keys = values.only?.split(",") ?? Object.keys(figures);
  const numbers = { rounds: values.rounds, items: values.items ?? "1", "batch-size": values["batch-size"] };
  const faults = [
    ...(gsm8k === undefined ? ["GSM8K's folder is not named"] : []),
    ...(ifevalFile === undefined ? ["IFEval's file is not named"] : []),
    ...keys.filter((key) => !Object.hasOwn(figures, key)).map((key) => `there is no key "${key}"`),
    ...Object.entries(numbers)
      .filter(([, given]) => !/^[1-9]\d*$/.test(given))
      .map(([name, given]) => `--${name} is ${given}, wanted a whole number above 0`),
  ];
  if (gsm8k === undefined || ifevalFile === undefined || faults.length > 0) {
    console.error(`${faults.join("; ")}.`);
    console.error("npm run bench:parity -- GSM8K_FOLDER IFEVAL.jsonl [--only KEY,KEY] [--items N] [--rounds N]");
    console.error("    [--batch-size N] [--threads N] [--model NAME_OR_FOLDER]");
    console.error(`Keys: ${Object.keys(figures).join(", ")}`);
    process.exit(2);
  }
  const entries = Object.entries(defaultItems).map(([part, count]) => [part, Number(values.items ?? count)]);
  return {
    // Whole, since the peer runs in a folder of its own.
    gsm8kFolder: resolve(basename(gsm8k).endsWith(".jsonl") ? dirname(gsm8k) : gsm8k),
    ifevalFile: resolve(ifevalFile),
    keys,
    items: Object.fromEntries(entries) as Items,
    roundCount: Number(values.rounds),
    model: values.model,
    threads: Number(values.threads),
    batchSize: Number(values["batch-size"]),
  };
}
