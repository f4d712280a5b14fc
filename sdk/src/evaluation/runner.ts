/** Measures one generation task on one model: load, prompt, generate, judge, summarise. */
import { EvaluationError } from "../errors.js";
import { generateAll } from "./collect.js";
import type { EvaluationContext } from "./context.js";
import type { Completion } from "./inference.js";
import { summariseItems } from "./item-metrics.js";
import { type PreparedPrompts, preparePrompts } from "./prompts.js";
import type { ItemRecord, TaskResult } from "./result.js";
import type { GenerationTask, ItemScore } from "./task.js";

/**
 * Lets the model answer every prompt of the task, greedily, and judges the answers.
 *
 * Throws an EvaluationError if the task has no items, a prompt is too long, or the rule fails or gives inconsistent
 * metrics; and what the inference throws, a CancelledError where the context's signal stopped it.
 */
export async function evaluateTask<Item>(task: GenerationTask<Item>, context: EvaluationContext): Promise<TaskResult> {
  const startedAt = performance.now();
  const items = await loadItems(task, context.signal);
  const prompts = preparePrompts(
    task,
    items.map((item) => task.prompt(item)),
    context,
  );
  const stopStrings = task.stopStrings ?? [];
  const { name, maxNewTokens } = task;
  const completions = await generateAll({ task: name, prompts: prompts.tokenIds, maxNewTokens, stopStrings }, context);
  const records = await judge(task, items, prompts, completions);
  return {
    task: task.name,
    rule: task.rule,
    model: context.model,
    n: records.length,
    truncated: records.filter((record) => record.truncated).length,
    invalid: records.filter((record) => record.invalid).length,
    metrics: summariseItems(task.name, records),
    items: records,
    promptHash: prompts.promptHash,
    templateHash: prompts.templateHash,
    generation: { maxNewTokens, picking: { kind: "greedy" }, stopTokenIds: context.stopTokenIds, stopStrings },
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function loadItems<Item>(task: GenerationTask<Item>, signal: AbortSignal | undefined): Promise<readonly Item[]> {
  const items = await task.load(signal);
  if (items.length > 0) return items;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: `Task "${task.name}" has no items.`,
    nextStep: "Give the task data with at least one row.",
  });
}

async function judge<Item>(
  task: GenerationTask<Item>,
  items: readonly Item[],
  prompts: PreparedPrompts,
  completions: readonly Completion[],
): Promise<ItemRecord[]> {
  const records: ItemRecord[] = [];
  for (const [index, item] of items.entries()) {
    const completion = completions[index];
    const prompt = prompts.texts[index];
    if (completion === undefined || prompt === undefined) throw new RangeError(`no completion for item ${index}`);
    const score = await scoreItem(task, item, index, completion.text);
    records.push({
      index,
      prompt,
      output: completion.text,
      target: task.target(item),
      metrics: score.metrics,
      extracted: score.extracted,
      invalid: score.invalid ?? false,
      truncated: completion.finishReason === "length",
    });
  }
  return records;
}

async function scoreItem<Item>(
  task: GenerationTask<Item>,
  item: Item,
  index: number,
  output: string,
): Promise<ItemScore> {
  try {
    return await task.score(item, output);
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
