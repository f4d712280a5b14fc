/** The form of the options of a fine-tuning; what they mean and their defaults stand in finetune-options.ts. */
import { z } from "zod";
import type { EvaluationTask } from "../evaluation/task.js";
import { dataSource } from "./dataset-options.js";
import { layerSchema } from "./layer-schema.js";
import { methodSchema } from "./method-schema.js";
import {
  abortSignal,
  evenWithOtherFaults,
  exactObject,
  numberWhere,
  oneOf,
  share,
  text,
  wholeNumber,
} from "./option-checks.js";

const above0 = () => numberWhere("a number above 0", (value) => value > 0);
const from0 = () => numberWhere("a number, 0 or more", (value) => value >= 0);
const decay = () => numberWhere("a number from 0 to below 1", (value) => value >= 0 && value < 1);

const task = z.custom<EvaluationTask>(isTask, {
  error: "a task, such as a task function returns, with kind and name",
  abort: false,
});

/** Tasks of one evaluation. */
export const taskListSchema = z
  .array(task, { error: "a list of tasks" })
  .refine((list) => haveDifferentNames(list.filter(isTask)), { error: "tasks with different names" });

/** Every option as it may be written; absent and undefined mean the same. */
export const finetuneSchema = exactObject({
  data: dataSource(),
  layers: layerSchema.optional(),
  method: methodSchema.optional(),
  epochs: wholeNumber(1).optional(),
  maxSteps: wholeNumber(1).optional(),
  batchSize: wholeNumber(1).optional(),
  maxMicroBatchTokens: wholeNumber(1).optional(),
  learningRate: above0().optional(),
  schedule: oneOf(["constant", "linear", "cosine"]).optional(),
  finalLearningRateShare: share().optional(),
  warmupSteps: wholeNumber(0).optional(),
  warmupShare: decay().optional(),
  weightDecay: from0().optional(),
  beta1: decay().optional(),
  beta2: decay().optional(),
  epsilon: above0().optional(),
  maxGradientNorm: from0().optional(),
  seed: wholeNumber(0).optional(),
  maxTokens: wholeNumber(1).optional(),
  tooLong: oneOf(["error", "drop"]).optional(),
  checkpointEverySteps: wholeNumber(0).optional(),
  keepCheckpoints: wholeNumber(1).optional(),
  evaluate: taskListSchema.optional(),
  key: text(200).optional(),
  name: text(200).optional(),
  signal: abortSignal().optional(),
})
  .refine(({ warmupSteps, warmupShare }) => warmupSteps === undefined || warmupShare === undefined, {
    ...evenWithOtherFaults,
    path: ["warmupShare"],
    error: "either warmupSteps or warmupShare",
  })
  .refine(({ schedule, finalLearningRateShare }) => schedule !== "constant" || finalLearningRateShare === undefined, {
    ...evenWithOtherFaults,
    path: ["finalLearningRateShare"],
    error: 'nothing with schedule "constant", which stays at the peak',
  });

/** Checked options, before defaults. */
export type FinetuneInput = z.infer<typeof finetuneSchema>;

function isTask(value: unknown): value is EvaluationTask {
  return hasName(value) && "kind" in value && (value.kind === "generation" || value.kind === "drift");
}

function haveDifferentNames(tasks: readonly EvaluationTask[]): boolean {
  return new Set(tasks.map(({ name }) => name)).size === tasks.length;
}

function hasName(value: unknown): value is { readonly name: string } {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
