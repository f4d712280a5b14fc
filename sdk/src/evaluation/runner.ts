/** Measures one generation task on one model: load, prompt, generate, judge, summarise. */
import { type GeneratedAnswer, generateAll } from "./collect.js";
import type { EvaluationContext } from "./context.js";
import { judgeItem, loadItems, taskResult } from "./judged-items.js";
import { type PreparedPrompts, preparePrompts } from "./prompts.js";
import type { ItemRecord, TaskResult } from "./result.js";
import type { GenerationTask } from "./task.js";

/**
 * Lets the model answer every prompt of the task, greedily, and judges the answers.
 *
 * Throws an EvaluationError if the task has no items, a prompt is too long, or the rule fails on every item or
 * gives inconsistent metrics; and what the inference throws, a CancelledError where the context's signal stopped it.
 */
export async function evaluateTask<Item>(task: GenerationTask<Item>, context: EvaluationContext): Promise<TaskResult> {
  const startedAt = performance.now();
  const model = await context.identify(context.model);
  const items = await loadItems(task, context.signal);
  const prompts = preparePrompts(
    task,
    items.map((item) => task.prompt(item)),
    context,
  );
  const stopStrings = task.stopStrings ?? [];
  const { name, maxNewTokens } = task;
  const request = { task: name, prompts: prompts.tokenIds, maxNewTokens, stopStrings };
  const { answers, reused } = await generateAll(request, model, context);
  const records = await judge(task, items, prompts, answers);
  return taskResult(task, records, model, {
    reused: reused.filter(Boolean).length,
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
  answers: readonly GeneratedAnswer[],
): Promise<ItemRecord[]> {
  const records: ItemRecord[] = [];
  for (const [index, item] of items.entries()) {
    const answer = answers[index];
    const prompt = prompts.texts[index];
    if (answer === undefined || prompt === undefined) throw new RangeError(`no answer to item ${index}`);
    records.push({
      index,
      prompt,
      output: answer.text,
      target: task.target(item),
      cluster: task.cluster?.(item),
      ...(await judgeItem(() => task.score(item, answer.text))),
      truncated: answer.finishReason === "length",
    });
  }
  return records;
}
