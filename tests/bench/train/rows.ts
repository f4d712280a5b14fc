/** The rows of a run, for ours as options of a finetune, for the peer as tokens in the order that our plan takes them. */
import { writeFile } from "node:fs/promises";
import { type FinetuneOptions, readModelFolder } from "midblock";
import { readFinetuneOptions } from "../../../sdk/src/config/finetune-options.js";
import { planBatches } from "../../../sdk/src/training/batch-plan.js";
import { gsm8k } from "../gsm8k.js";

/** Which rows a run trains on. */
export interface RunRows {
  /** GSM8K's training file. */
  readonly trainFile: string;
  /** Rows that are read of it. */
  readonly take: number;
  /** Of these, longer ones are left out. */
  readonly maxTokens: number;
  readonly steps: number;
  /** Examples in an optimiser step. */
  readonly batchSize: number;
}

const seed = 0;
/** Not learnt, as transformers writes it. */
const ignoredLabel = -100;

/** One epoch of the rows, or its first steps. */
export function finetuneOptions({ trainFile, take, maxTokens, steps, batchSize }: RunRows) {
  return {
    data: gsm8k(trainFile).take(take),
    maxTokens,
    tooLong: "drop",
    batchSize,
    maxSteps: steps,
    seed,
    retention: false,
  } as const satisfies FinetuneOptions;
}

/** Writes the rows of the same steps in the same order, as JSON lines of tokenIds and labels. */
export async function writePeerRows(path: string, modelFolder: string, rows: RunRows): Promise<void> {
  const options = finetuneOptions(rows);
  const { data, maxTokens, tooLong } = options;
  const { datums } = await data.prepare(await readModelFolder(modelFolder), { maxTokens, tooLong });
  const { lengths } = datums;
  const { stepSize, maxMicroBatchTokens } = readFinetuneOptions(options);
  const plan = planBatches({ lengths, epochs: 1, stepSize, maxMicroBatchTokens, seed, maxSteps: rows.steps });
  const lines = plan.steps.flat(2).map((index) => {
    const { tokenIds = [], lossWeights = [] } = datums.at(index) ?? {};
    const labels = tokenIds.map((id, place) => ((lossWeights[place] ?? 0) > 0 ? id : ignoredLabel));
    return `${JSON.stringify({ tokenIds, labels })}\n`;
  });
  await writeFile(path, lines.join(""));
}
