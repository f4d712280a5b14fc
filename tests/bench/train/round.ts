/** One round: each measurement is made when a figure first asks for it, one after the other, and is then kept. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fullWeights, type LayerPlan, lora, type ModelCard, midBlock } from "midblock";
import { type OurRun, trainOurs, warmStartSeconds, withClient } from "./ours.js";
import { matmulPeak, type PeerProcess, type PeerSettings, trainPeer } from "./peer-process.js";
import { finetuneOptions, type RunRows } from "./rows.js";
import { modelProducts, type StepShape } from "./useful-work.js";

/** What all rounds have in common. */
export interface Bench {
  readonly card: ModelCard;
  /** Mid-block LoRA, resolved for the model. */
  readonly plan: LayerPlan;
  readonly rows: RunRows;
  readonly peerRowsFile: string;
  readonly peer: PeerProcess;
  readonly stateFolder: string;
}

/** The element types that are compared. */
export type Precision = "float32" | "bfloat16";

/** Our method: rank 16 on the attention of the blocks between 20 % and 80 % of the depth. */
export const bandLayers = midBlock();
export const bandMethod = lora({ rank: 16, targets: "attention" });

/** The first step of every training chooses kernels and takes memory; it is made by both sides and not counted. */
export const warmUpSteps = 1;

/** The peer's trainings. Those that take longest make one step after the warm-up, the others two. */
const peerRuns = {
  uniform: { dtype: "float32", train: "uniform", tuned: false, steps: 2 },
  "uniform, tuned": { dtype: "float32", train: "uniform", tuned: true, steps: 3 },
  band: { dtype: "float32", train: "band", tuned: false, steps: 2 },
  "bfloat16, tuned": { dtype: "bfloat16", train: "uniform", tuned: true, steps: 3 },
  full: { dtype: "float32", train: "all weights", tuned: false, steps: 2 },
} as const satisfies Record<string, { dtype: Precision; train: string; tuned: boolean; steps: number }>;

/** Names of the peer's trainings. */
export type PeerName = keyof typeof peerRuns;

/** What is told of a training, ours or the peer's; lists have one entry a step. */
export type Training = Pick<OurRun, "stepEnds" | "tokens" | "trainedTokens" | "peakBytes">;

/** The measurements of a round. */
export type Round = ReturnType<typeof newRound>;

/** A round in which nothing is measured yet. */
export function newRound(bench: Bench) {
  const { stateFolder } = bench;
  const options = { ...finetuneOptions(bench.rows), layers: bandLayers, method: bandMethod };
  const trainings = new Map<string, Training>();
  const note = <Run extends Training>(name: string, run: Run): Run => {
    trainings.set(name, run);
    return run;
  };
  const peerVersions: Record<string, string> = {};
  return {
    /** What was trained so far, by name. */
    trainings,
    /** Versions that the peer's trainings told, "peer." before the names of packages. */
    peerVersions,
    /** Mid-block LoRA, one epoch. */
    lora: once("midblock LoRA", async (dtype: Precision) => {
      const run = await withClient({ dtype, stateFolder }, (client) => trainOurs(client, options));
      return note(`midblock LoRA, ${dtype}`, run);
    }),
    /** All weights of the same blocks. */
    full: once("midblock full weights", async (dtype: "float32") => {
      const chosen = { ...options, method: fullWeights() };
      const run = await withClient({ dtype, stateFolder }, (client) => trainOurs(client, chosen));
      return note(`midblock full weights, ${dtype}`, run);
    }),
    /** Mid-block LoRA, two epochs in a sidecar that has made a step before. */
    twoEpochs: once("midblock two epochs", (dtype: "float32") =>
      withClient({ dtype, stateFolder }, async (client) => {
        await trainOurs(client, { ...options, maxSteps: warmUpSteps });
        return trainOurs(client, { ...options, epochs: 2, maxSteps: 2 * bench.rows.steps });
      }),
    ),
    /** Seconds from a launch as a user makes it to the end of the first step: of a run that was never tried, and the like again. */
    warmStart: once("midblock warm start", (run: "new" | "again") => {
      const folder = join(stateFolder, "starts");
      if (run === "new") rmSync(folder, { recursive: true, force: true });
      return warmStartSeconds(folder, options);
    }),
    peer: once("TRL", async (name: PeerName) => {
      const run = await trainPeer(bench.peer, peerSettings(bench, name), peerRuns[name].tuned);
      for (const [key, version] of Object.entries(run.versions)) peerVersions[`peer.${key}`] = version;
      return note(`TRL ${name}`, run);
    }),
    /** FLOP/s of the model's own matrix products at the size of these steps. */
    peak: once("matrix products", (dtype: Precision, run: OurRun) =>
      matmulPeak(bench.peer, dtype, modelProducts(bench.card, bench.plan, meanStep(run))),
    ),
  };
}

/** The mean of a training's counted steps. */
export function meanStep(run: OurRun): StepShape {
  const mean = (values: readonly number[]) => {
    const counted = values.slice(warmUpSteps);
    return counted.reduce((sum, value) => sum + value, 0) / counted.length;
  };
  return { tokens: mean(run.tokens), trainedTokens: mean(run.trainedTokens) };
}

/** Makes what it is asked for once an argument, and tells of it. */
function once<First extends string, Others extends unknown[], Value>(
  what: string,
  make: (first: First, ...others: Others) => Promise<Value>,
) {
  const made = new Map<First, Promise<Value>>();
  return (first: First, ...others: Others): Promise<Value> => {
    const before = made.get(first);
    if (before !== undefined) return before;
    console.error(`  ${what}, ${first} ...`);
    const value = make(first, ...others);
    made.set(first, value);
    return value;
  };
}

function peerSettings({ card, plan, rows, peerRowsFile }: Bench, name: PeerName): PeerSettings {
  const { dtype, train, steps } = peerRuns[name];
  const targets = card.blockLinears.filter(({ part }) => part === "attention").map((linear) => linear.name);
  const band = Array.from({ length: card.blockCount }, (_, index) => rankOf(plan, index));
  return {
    model_folder: card.weightsFolder,
    rows_file: peerRowsFile,
    steps,
    batch_size: rows.batchSize,
    learning_rate: train === "all weights" ? 2e-5 : 2e-4,
    dtype,
    ...(train === "all weights" ? {} : { targets, ranks: train === "band" ? band : spreadEvenly(band) }),
  };
}

function rankOf(plan: LayerPlan, block: number): number {
  return plan.blocks.find(({ index }) => index === block)?.rank ?? 0;
}

/** Ranks in every block with the same sum: where it does not divide, the first blocks have one more. */
function spreadEvenly(ranks: readonly number[]): readonly number[] {
  const budget = ranks.reduce((sum, rank) => sum + rank, 0);
  const least = Math.floor(budget / ranks.length);
  return ranks.map((_, index) => least + (index < budget - least * ranks.length ? 1 : 0));
}
