/** Measures one generation task on one model: load, prompt, generate, judge, summarise. */
import { generateAll } from "./collect.js";
import type { EvaluationContext } from "./context.js";
import type { Completion } from "./inference.js";
import { judgeItem, loadItems, taskResult } from "./judged-items.js";
import { type PreparedPrompts, preparePrompts } from "./prompts.js";
import type { ItemRecord, TaskResult } from "./result.js";
import type { GenerationTask } from "./task.js";

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
  return taskResult(task, records, {
    model: context.model,
    promptHash: prompts.promptHash,
    templateHash: prompts.templateHash,
    generation: { maxNewTokens, picking: { kind: "greedy" }, stopTokenIds: context.stopTokenIds, stopStrings },
    seconds: (performance.now() - startedAt) / 1000,
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
    records.push({
      index,
      prompt,
      output: completion.text,
      target: task.target(item),
      ...(await judgeItem(task, index, () => task.score(item, completion.text))),
      truncated: completion.finishReason === "length",
    });
  }
  return records;
}
