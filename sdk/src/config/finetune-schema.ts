/** The form of the options of a fine-tuning; what they mean and their defaults stand in finetune-options.ts. */
import type { z } from "zod";
import { PreparedDataset } from "../data/prepared-dataset.js";
import { computeOptions } from "./compute-options.js";
import { trainingData } from "./dataset-options.js";
import { layerScheduleSchema } from "./layer-schedule-schema.js";
import { layerSchema } from "./layer-schema.js";
import { methodSchema } from "./method-schema.js";
import { optimizerOptions } from "./optimizer-options.js";
import {
  abortSignal,
  evenWithOtherFaults,
  exactObject,
  flag,
  numberWhere,
  text,
  wholeNumber,
} from "./option-checks.js";
import { rowPolicies } from "./preparation-options.js";
import { retentionChoice } from "./retention-option.js";
import { stopRules, stopSchema } from "./stop-options.js";
import { taskListSchema } from "./task-list-schema.js";
import { watchRules, watchSchema } from "./watch-options.js";

const above0 = () => numberWhere("a number above 0", (value) => value > 0);
const from0 = () => numberWhere("a number, 0 or more", (value) => value >= 0);

/** Every option as it may be written; absent and undefined mean the same. */
export const finetuneSchema = exactObject({
  data: trainingData(),
  layers: layerSchema.optional(),
  layerSchedule: layerScheduleSchema.optional(),
  method: methodSchema.optional(),
  epochs: wholeNumber(1).optional(),
  maxSteps: wholeNumber(1).optional(),
  batchSize: wholeNumber(1).optional(),
  batchTokens: wholeNumber(1).optional(),
  groupByLength: flag().optional(),
  maxMicroBatchTokens: wholeNumber(1).optional(),
  ...optimizerOptions,
  trainNorms: flag().optional(),
  baseDivergenceWeight: from0().optional(),
  maxLossGrowth: numberWhere("0, or a number of 1 or more", (value) => value === 0 || value >= 1).optional(),
  maxSeconds: above0().optional(),
  trainWhilePreparing: flag().optional(),
  ...computeOptions,
  seed: wholeNumber(0).optional(),
  ...rowPolicies,
  checkpointEverySteps: wholeNumber(0).optional(),
  keepCheckpoints: wholeNumber(1).optional(),
  evaluate: taskListSchema().optional(),
  retention: retentionChoice.optional(),
  watch: watchSchema.optional(),
  stopWhen: stopSchema.optional(),
  replay: exactObject({
    data: trainingData(),
    share: numberWhere("a number above 0 and below 1", (value) => value > 0 && value < 1),
  }).optional(),
  preflight: flag().optional(),
  key: text(200).optional(),
  name: text(200).optional(),
  signal: abortSignal().optional(),
})
  .refine(({ warmupSteps, warmupShare }) => warmupSteps === undefined || warmupShare === undefined, {
    ...evenWithOtherFaults,
    path: ["warmupShare"],
    error: "either warmupSteps or warmupShare",
  })
  .refine(({ batchSize, batchTokens }) => batchSize === undefined || batchTokens === undefined, {
    ...evenWithOtherFaults,
    path: ["batchTokens"],
    error: "either batchSize or batchTokens",
  })
  .refine(({ schedule, finalLearningRateShare }) => schedule !== "constant" || finalLearningRateShare === undefined, {
    ...evenWithOtherFaults,
    path: ["finalLearningRateShare"],
    error: 'nothing with schedule "constant", which stays at the peak',
  })
  .refine(({ schedule, decayShare }) => decayShare === undefined || schedule === "warm-up-stable-decay", {
    ...evenWithOtherFaults,
    path: ["decayShare"],
    error: 'nothing but with schedule "warm-up-stable-decay"',
  })
  .refine(({ trainWhilePreparing, maxSteps, epochs }) => !trainWhilePreparing || (maxSteps && epochs === undefined), {
    ...evenWithOtherFaults,
    path: ["trainWhilePreparing"],
    error: "maxSteps and no epochs: the learning rate's schedule needs the number of steps before the data is read",
  })
  .refine(({ trainWhilePreparing, data }) => !trainWhilePreparing || !(data instanceof PreparedDataset), {
    ...evenWithOtherFaults,
    path: ["trainWhilePreparing"],
    error: "nothing with data that is prepared already",
  })
  .refine(({ trainWhilePreparing, replay }) => !trainWhilePreparing || replay === undefined, {
    ...evenWithOtherFaults,
    path: ["replay"],
    error: "nothing with trainWhilePreparing, which does not know how much there is to mix into",
  })
  .refine(watchRules.tasksGiven.holds, { ...evenWithOtherFaults, ...watchRules.tasksGiven.fault })
  .refine(watchRules.tasksNamed.holds, { ...evenWithOtherFaults, ...watchRules.tasksNamed.fault })
  .refine(watchRules.checkpointsWritten.holds, { ...evenWithOtherFaults, ...watchRules.checkpointsWritten.fault })
  .refine(stopRules.retentionMeasured.holds, { ...evenWithOtherFaults, ...stopRules.retentionMeasured.fault })
  .refine(stopRules.stepsOfWatch.holds, { ...evenWithOtherFaults, ...stopRules.stepsOfWatch.fault })
  .refine(stopRules.checkpointsWritten.holds, { ...evenWithOtherFaults, ...stopRules.checkpointsWritten.fault })
  .refine((options) => !(options.data instanceof PreparedDataset) || !namesPolicies(options), {
    ...evenWithOtherFaults,
    path: ["data"],
    error: `data that is not prepared yet, or none of ${Object.keys(rowPolicies).join(", ")}: these were decided when it was prepared`,
  });

/** Checked options, before defaults. */
export type FinetuneInput = z.infer<typeof finetuneSchema>;

function namesPolicies(options: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(rowPolicies).some((policy) => options[policy] !== undefined);
}
