/** Data that is prepared, planned and uploaded before the run starts. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { PreparedDataset } from "../data/prepared-dataset.js";
import { type BatchPlan, microBatchBudget } from "../training/batch-plan.js";
import { measurePacking } from "../training/packing.js";
import { allTasks } from "./all-tasks.js";
import { plannedRows, prepareWhole } from "./prepared-data.js";
import type { FinetuneContext } from "./start-finetune.js";
import type { BegunData, ReplayData } from "./training-data.js";

/** Prepares all data and uploads it. Throws what preparing, loading tasks and uploading throw. */
export async function wholeData(context: FinetuneContext, settings: FinetuneSettings): Promise<BegunData> {
  const { signal } = settings;
  const prepared = await prepareWhole(context, settings);
  const { main, replay, batchPlan, lengths } = prepared;
  const tasks = allTasks(settings);
  const compared = await main.comparedWith(tasks, signal);
  const replayed =
    replay && replayOf(await replay.comparedWith(tasks, signal), settings.replay?.share ?? 0, usesOf(batchPlan, main));
  const { steps } = batchPlan;
  const packing = measurePacking(steps.flat(), lengths, microBatchBudget(settings));
  const datasetHashes: string[] = [];
  for (const { datums } of replay === undefined ? [main] : [main, replay]) {
    datasetHashes.push((await context.bridge.uploadDataset(datums, signal)).contentHash);
  }
  const known = { summary: compared.summary(), packing, replay: replayed };
  return {
    data: { name: main.name, settings: main.settings, contentHash: main.contentHash, ...known },
    first: { datasetHashes, steps, notes: known },
    stepsTotal: steps.length,
    rest: undefined,
    planned: plannedRows(prepared),
  };
}

function replayOf(data: PreparedDataset, share: number, uses: number): ReplayData {
  return { name: data.name, share, uses, sourceHash: data.contentHash, ...data.summary() };
}

/** How often an example of general data stands in the plan. */
function usesOf({ steps }: BatchPlan, main: PreparedDataset): number {
  return steps.flat(2).filter((index) => index >= main.datums.length).length;
}
