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
  readonly seed?: number;
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

/**
 * Judges an item by the task's own rule. A rule that throws makes a failed item: nothing is known of the answer then, so
 * that it is neither right nor wrong.
 */
export async function judgeItem(
  judge: () => ItemScore | Promise<ItemScore>,
): Promise<Pick<ItemRecord, "metrics" | "weights" | "extractions" | "extracted" | "invalid" | "failure">> {
  try {
    const { metrics, weights = {}, extractions = {}, extracted, invalid = false } = await judge();
    return { metrics, weights, extractions, extracted, invalid, failure: undefined };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { metrics: {}, weights: {}, extractions: {}, extracted: undefined, invalid: false, failure };
  }
}

/** Puts the items' records together. Throws an EvaluationError where the rule failed on all of them. */
export function taskResult<Item>(
  task: ItemTask<Item>,
  records: readonly ItemRecord[],
  { reference, weightsHash, adapterHash }: ModelIdentity,
  rest: Pick<TaskResult, "reused" | "promptHash" | "templateHash" | "generation" | "seconds">,
): TaskResult {
  const judged = records.filter(({ failure }) => failure === undefined);
  if (judged.length === 0) throw allFailed(task.name, records);
  return {
    task: task.name,
    rule: task.rule,
    model: reference,
    weightsHash,
    adapterHash,
    n: records.length,
    truncated: records.filter((record) => record.truncated).length,
    invalid: records.filter((record) => record.invalid).length,
    failed: records.length - judged.length,
    metrics: summariseItems(task, judged),
    items: records,
    seed: task.seed,
    ...rest,
  };
}

function allFailed(task: string, records: readonly ItemRecord[]): EvaluationError {
  return new EvaluationError({
    code: "evaluation-failed",
    what: `The rule of task "${task}" failed on every item.`,
    wanted: "a score for any output; a rule says `invalid: true` where it can't read one",
    faults: records.map(({ index, failure = "" }) => ({ where: `item ${index + 1}`, problem: failure })),
  });
}
