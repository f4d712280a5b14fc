/**
 * How fast and in how much memory midblock trains, against TRL with PEFT. Run by
 * `npm run bench:train -- TRAIN.jsonl [ROUNDS] [--only KEY,KEY]`, with GSM8K's training file (or MIDBLOCK_GSM8K names it);
 * prints a table and, last, one JSON line. What each figure is stands in train/figures.ts.
 *
 * Both sides train the same model on the same rows in the same steps of 8 examples with as many threads, each in a
 * process of its own, in turn within a round. The first step warms up and is not counted. Ours is launched as a user
 * launches it; TRL runs with glibc's allocator as it comes, or tuned as midblock tunes it for its sidecar.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packageVersion } from "midblock";
import { resolveLayerPlan } from "../../sdk/src/layers/resolve.js";
import { figureTable } from "./figure-table.js";
import { benchLine } from "./median.js";
import { peerPython } from "./peer-environment.js";
import { figures } from "./train/figures.js";
import { withClient } from "./train/ours.js";
import { type Bench, bandLayers, bandMethod, newRound, type Round } from "./train/round.js";
import { writePeerRows } from "./train/rows.js";
import { trainingTable } from "./train/table.js";

const batchSize = 8;
/** Of each training of ours; the first warms up. */
const steps = 3;

const { trainFile, roundCount, keys } = readArguments();
const python = await peerPython(new URL("train/peer-requirements.txt", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "midblock-bench-train-"));
try {
  const { bench, versions } = await prepare();
  const rounds: Round[] = [];
  const values = new Map<string, number[]>(keys.map((key) => [key, []]));
  for (let index = 0; index < roundCount; index++) {
    console.error(`round ${index + 1} of ${roundCount}`);
    const round = newRound(bench);
    rounds.push(round);
    for (const key of keys) {
      const value = (await figures[key]?.measure(round, bench)) ?? Number.NaN;
      values.get(key)?.push(value);
      console.error(`    ${key} ${value.toPrecision(4)}`);
    }
  }
  console.log(`medians of ${roundCount} rounds, ${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}\n`);
  console.log(`${trainingTable(rounds.map(({ trainings }) => trainings))}\n\n${figureTable(values, figures)}\n`);
  console.log(benchLine("train", Object.fromEntries(values), { ...versions, ...rounds[0]?.peerVersions }));
} finally {
  await rm(folder, { recursive: true });
}

function readArguments() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" } } });
  const trainFile = positionals[0] ?? process.env["MIDBLOCK_GSM8K"];
  const roundCount = Number(positionals[1] ?? process.env["ROUNDS"] ?? 3);
  const keys = values.only?.split(",") ?? Object.keys(figures);
  const unknown = keys.filter((key) => !Object.hasOwn(figures, key));
  if (trainFile === undefined || !Number.isSafeInteger(roundCount) || roundCount < 1 || unknown.length > 0) {
    console.error("npm run bench:train -- TRAIN.jsonl [ROUNDS] [--only KEY,KEY], with GSM8K's training file");
    console.error(`Keys: ${Object.keys(figures).join(", ")}`);
    process.exit(2);
  }
  return { trainFile, roundCount, keys };
}

async function prepare(): Promise<{ bench: Bench; versions: Record<string, string> }> {
  const stateFolder = join(folder, "state");
  return await withClient({ stateFolder }, async ({ modelCard: card, server }) => {
    const rows = { trainFile, take: steps * batchSize, maxTokens: card.contextLength, steps, batchSize };
    const peerRowsFile = join(folder, "rows.jsonl");
    await writePeerRows(peerRowsFile, card.weightsFolder, rows);
    const plan = resolveLayerPlan(bandLayers, card, bandMethod);
    const peer = { python, threads: server.device.threads };
    const versions = { midblock: packageVersion, node: process.version, ...server.packageVersions };
    return { bench: { card, plan, rows, peerRowsFile, peer, stateFolder }, versions };
  });
}
