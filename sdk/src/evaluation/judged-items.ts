/** What all tasks of items share: loading them, judging them, and putting the task's result together. */
import { EvaluationError } from "../errors.js";
import { summariseItems } from "./item-metrics.js";
import type { ModelIdentity } from "./model-identity.js";
import type { ItemRecord, TaskResult } from "./result.js";
import type { ItemScore, MetricKind, Rule } from "./task.js";

/** What every task of items has. */
export interface ItemTask<Item> {
  readonly name: string;
  readonly rule: Rule;
  readonly metricKinds?: Readonly<Record<string, MetricKind>>;
  load(signal?: AbortSignal): Promise<readonly Item[]>;
}

/** The task's items. Throws an EvaluationError if there are none. */
export async function loadItems<Item>(task: ItemTask<Item>, signal: AbortSignal | undefined): Promise<readonly Item[]> {
  const items = await task.load(signal);
  if (items.length > 0) return items;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: `Task "${task.name}" has no items.`,
    nextStep: "Give the task data with at least one row.",
  });
}

/** Judges an item by the task's own rule. Throws an EvaluationError that names the item if the rule fails. */
export async function judgeItem(
  task: { readonly name: string },
  index: number,
  judge: () => ItemScore | Promise<ItemScore>,
): Promise<Pick<ItemRecord, "metrics" | "weights" | "extractions" | "extracted" | "invalid">> {
  try {
    const { metrics, weights = {}, extractions = {}, extracted, invalid = false } = await judge();
    return { metrics, weights, extractions, extracted, invalid };
  } catch (cause) {
    throw new EvaluationError({
      code: "evaluation-failed",
      what: `The rule of task "${task.name}" failed on item ${index + 1}.`,
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a score for any output; a rule says `invalid: true` where it can't read one",
      cause,
    });
  }
}

/** Puts the items' records together. */
export function taskResult<Item>(
  task: ItemTask<Item>,
  records: readonly ItemRecord[],
  { reference, weightsHash, adapterHash }: ModelIdentity,
  rest: Pick<TaskResult, "reused" | "promptHash" | "templateHash" | "generation" | "seconds">,
): TaskResult {
  return {
    task: task.name,
    rule: task.rule,
    model: reference,
    weightsHash,
    adapterHash,
    n: records.length,
    truncated: records.filter((record) => record.truncated).length,
    invalid: records.filter((record) => record.invalid).length,
    metrics: summariseItems(task, records),
    items: records,
    ...rest,
  };
}
