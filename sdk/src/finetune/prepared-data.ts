/** A finetune's data once it is prepared as a whole, the general data with it, and the plan that it makes. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { PreparedDataset, prepareDataset } from "../data/prepared-dataset.js";
import { OptionsError } from "../errors.js";
import { type BatchPlan, planBatches } from "../training/batch-plan.js";
import type { FinetuneContext } from "./start-finetune.js";
import type { PlannedRows } from "./training-data.js";

/** What is learnt, and what is replayed beside it: its examples are numbered on. */
export interface PreparedData {
  readonly main: PreparedDataset;
  readonly replay: PreparedDataset | undefined;
  readonly batchPlan: BatchPlan;
  /** Tokens of all examples. */
  readonly lengths: readonly number[];
}

/** Prepares and plans. General data is prepared by the policies of the main data. Throws what preparing throws. */
export async function prepareWhole(context: FinetuneContext, settings: FinetuneSettings): Promise<PreparedData> {
  const main = await prepared(settings.data, context, settings, settings.signal);
  const { replay: chosen } = settings;
  const replay = chosen && (await prepared(chosen.data, context, main.settings, settings.signal));
  const { lengths } = main.datums;
  const mixed = chosen && replay && { share: chosen.share, lengths: replay.datums.lengths };
  const batchPlan = planBatches({ ...settings, lengths, replay: mixed });
  if (chosen !== undefined && !batchPlan.steps.flat(2).some((index) => index >= lengths.length)) {
    throw nothingReplayed(chosen.share, main, batchPlan);
  }
  return { main, replay, batchPlan, lengths: [...lengths, ...(replay?.datums.lengths ?? [])] };
}

/** The rows of the plan by their numbers. */
export function plannedRows({ main, replay, lengths }: PreparedData): PlannedRows {
  const count = main.datums.length;
  return { lengths, at: (index) => (index < count ? main.datums.at(index) : replay?.datums.at(index - count)) };
}

/** Data that was prepared is taken as it is, if it was prepared with this client's own tokenizer. */
async function prepared(
  data: FinetuneSettings["data"],
  context: FinetuneContext,
  choices: Parameters<typeof prepareDataset>[2],
  signal: AbortSignal | undefined,
): Promise<PreparedDataset> {
  if (!(data instanceof PreparedDataset)) return prepareDataset(data, context, choices, signal);
  if (data.model.tokenizer === context.tokenizer && data.model.template === context.template) return data;
  throw new OptionsError({
    code: "invalid-options",
    what: "The data was prepared with another tokenizer than this client's.",
    found: `${data.name}, prepared for ${data.model.name}`,
    wanted: `data prepared for the model ${context.name} of this client`,
    nextStep: "prepare it with data.prepare(client.model), or give the data set itself",
  });
}

function nothingReplayed(share: number, main: PreparedDataset, { steps }: BatchPlan): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: "So small a share of replay is not one example.",
    found: `share ${share} beside ${main.datums.length} examples, in ${steps.length} steps`,
    wanted: "a share of at least one example of the run",
    nextStep: "Raise replay.share, or leave replay out.",
  });
}
