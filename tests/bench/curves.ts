/**
 * Whether midblock learns what TRL with PEFT learns: the losses of 100 steps on the real model, step by step. Run by
 * `npm run bench:curves -- TRAIN.jsonl [STEPS]`, with GSM8K's training file (or MIDBLOCK_GSM8K names it); prints both losses
 * at some steps and, last, one JSON line with the largest relative difference. Ends with status 1 where that is above 0.5 %.
 *
 * Both sides do the same arithmetic in another order:
 * - the same rows in the same order, 2 a step, float32, no dropout; ours packed, TRL padded;
 * - the loss of a step is the sum over its learnt tokens divided by their number in the whole step. So TRL's own
 *   normalisation does (num_items_in_batch), with the batch in one piece as with ours cut into micro-batches;
 * - AdamW with beta 0.9 and 0.999, epsilon 1e-8, no weight decay; the rate falls in a straight line from its peak at the
 *   first step to 0 one step after the last, without warm-up, which the two count differently; the whole gradient is
 *   clipped to norm 1;
 * - the same adapter to begin with. Ours is drawn from the seed; a run of one step at a rate so small that it rounds to no
 *   change saves it, and PEFT reads it as a user would. The second comparison, all weights of the band, begins at the
 *   base model on both sides.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fullWeights, packageVersion } from "midblock";
import { benchLine } from "./median.js";
import { peerPython } from "./peer-environment.js";
import { trainOurs, withClient } from "./train/ours.js";
import { type PeerSettings, trainPeer } from "./train/peer-process.js";
import { bandLayers, bandMethod } from "./train/round.js";
import { finetuneOptions, writePeerRows } from "./train/rows.js";

/** Few and short rows, so that 100 steps take minutes; there are about 900 of such a length. */
const [maxTokens, batchSize] = [130, 2];
const mostDifference = 0.005;
/** Below half a unit in the last place of any weight that counts. */
const noLearningRate = 1e-30;

const trainFile = process.argv[2] ?? process.env["MIDBLOCK_GSM8K"];
const steps = Number(process.argv[3] ?? 100);
if (trainFile === undefined || !Number.isSafeInteger(steps) || steps < 1) {
  console.error("npm run bench:curves -- TRAIN.jsonl [STEPS], with GSM8K's training file");
  process.exit(2);
}

const python = await peerPython(new URL("train/peer-requirements.txt", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "midblock-bench-curves-"));
try {
  const rows = { trainFile, take: 10_000, maxTokens, steps, batchSize };
  const common = { ...finetuneOptions(rows), layers: bandLayers, schedule: "linear", warmupSteps: 0 } as const;
  const rates = { lora: 2e-4, full: 2e-5 };
  const [adapter, peerRows] = [join(folder, "adapter"), join(folder, "rows.jsonl")];
  const loraOptions = { ...common, method: bandMethod };
  const ours = await withClient({ dtype: "float32", stateFolder: join(folder, "state") }, async (client) => {
    await writePeerRows(peerRows, client.modelCard.weightsFolder, rows);
    await trainOurs(client, { ...loraOptions, maxSteps: 1, learningRate: noLearningRate }, adapter);
    return {
      card: client.modelCard,
      threads: client.server.device.threads,
      lora: await trainOurs(client, { ...loraOptions, learningRate: rates.lora }),
      full: await trainOurs(client, { ...common, method: fullWeights(), learningRate: rates.full }),
    };
  });
  const settings = {
    model_folder: ours.card.weightsFolder,
    rows_file: peerRows,
    steps,
    batch_size: batchSize,
    dtype: "float32",
  } as const satisfies Partial<PeerSettings>;
  const peer = { python, threads: ours.threads };
  const trained_blocks = ours.full.plan.blocks.map(({ index }) => index);
  const theirLora = await trainPeer(peer, { ...settings, learning_rate: rates.lora, adapter_folder: adapter }, true);
  const theirFull = await trainPeer(peer, { ...settings, learning_rate: rates.full, trained_blocks }, true);
  const difference = {
    lora_difference: compare("LoRA", ours.lora.losses, theirLora.losses),
    full_difference: compare("full weights", ours.full.losses, theirFull.losses),
  };
  const rounds = Object.fromEntries(Object.entries(difference).map(([key, value]) => [key, [value]]));
  console.log(benchLine("curves", rounds, { midblock: packageVersion, ...theirLora.versions }));
  if (Math.max(...Object.values(difference)) > mostDifference) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Prints the losses side by side and returns their largest relative difference. */
function compare(what: string, ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== steps || theirs.length !== steps) {
    throw new Error(`${what}: ${ours.length} and ${theirs.length} losses for ${steps} steps`);
  }
  const differences = ours.map((loss, step) => Math.abs(loss / (theirs[step] ?? Number.NaN) - 1));
  const largest = Math.max(...differences);
  console.log(`${what}\n  step   midblock        TRL   relative difference`);
  for (let step = 0; step < steps; step++) {
    if (step % 10 !== 0 && step !== steps - 1 && differences[step] !== largest) continue;
    const cells = [ours[step], theirs[step]].map((loss) => (loss ?? Number.NaN).toFixed(5).padStart(11));
    console.log(`  ${String(step + 1).padStart(4)}${cells.join("")}   ${(differences[step] ?? 0).toExponential(1)}`);
  }
  console.log(`  largest relative difference ${largest.toExponential(2)}, to stay under ${mostDifference}\n`);
  return largest;
}
