/** Data that is prepared, planned and uploaded before the run starts. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { PreparedDataset, prepareDataset } from "../data/prepared-dataset.js";
import { OptionsError } from "../errors.js";
import { microBatchBudget, planBatches } from "../training/batch-plan.js";
import { measurePacking } from "../training/packing.js";
import { allTasks } from "./all-tasks.js";
import type { FinetuneContext } from "./start-finetune.js";
import type { BegunData } from "./training-data.js";

/** Prepares all data and uploads it. Throws what preparing, loading tasks and uploading throw. */
export async function wholeData(context: FinetuneContext, settings: FinetuneSettings): Promise<BegunData> {
  const prepared = await prepare(context, settings);
  const summary = prepared.summary();
  const { name, datums, contentHash } = prepared;
  const { steps } = planBatches({ ...settings, lengths: datums.lengths });
  const packing = measurePacking(steps.flat(), datums.lengths, microBatchBudget(settings));
  const dataset = await context.bridge.uploadDataset(datums, settings.signal);
  return {
    data: { name, settings: prepared.settings, summary, packing, contentHash },
    first: { datasetHashes: [dataset.contentHash], steps, notes: { summary, packing } },
    stepsTotal: steps.length,
    rest: undefined,
  };
}

/** Data that was prepared is taken as it is, if it was prepared with this client's own tokenizer. */
async function prepare(context: FinetuneContext, settings: FinetuneSettings): Promise<PreparedDataset> {
  const { data, signal } = settings;
  const isPrepared = data instanceof PreparedDataset;
  if (isPrepared && (data.model.tokenizer !== context.tokenizer || data.model.template !== context.template)) {
    throw preparedElsewhere(data, context);
  }
  const prepared = isPrepared ? data : await prepareDataset(data, context, settings, signal);
  return prepared.comparedWith(allTasks(settings), signal);
}

function preparedElsewhere(data: PreparedDataset, context: FinetuneContext): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: "The data was prepared with another tokenizer than this client's.",
    found: `${data.name}, prepared for ${data.model.name}`,
    wanted: `data prepared for the model ${context.name} of this client`,
    nextStep: "prepare it with data.prepare(client.model), or give the data set itself",
  });
}
