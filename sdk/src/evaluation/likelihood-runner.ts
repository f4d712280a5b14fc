/** Measures one likelihood task on one model: load, encode the continuations, score, judge, summarise. */
import { EvaluationError, type Fault } from "../errors.js";
import { type ScoredAnswer, scoreAll } from "./collect.js";
import type { EvaluationContext } from "./context.js";
import { encodeContinuation, type ScoredSequence } from "./encode-continuation.js";
import { jsonHash } from "./json-hash.js";
import { judgeItem, loadItems, taskResult } from "./judged-items.js";
import { encodePrompt } from "./prompts.js";
import type { ItemRecord, TaskResult } from "./result.js";
import { mostScoredTokens } from "./scoring-windows.js";
import { sum } from "./statistics/mean.js";
import type { Continuation, Likelihood, LikelihoodTask } from "./task.js";

interface ItemSequences {
  readonly continuations: readonly Continuation[];
  /** Of each continuation, one or several windows. */
  readonly windows: readonly (readonly ScoredSequence[])[];
}

/**
 * Asks how likely the model finds every continuation of every item, and judges the items.
 *
 * Throws an EvaluationError if the task has no items, an item has no continuation or one that is empty or too long, or
 * the rule fails on every item or gives inconsistent metrics; and what the inference throws.
 */
export async function evaluateLikelihoods<Item>(
  task: LikelihoodTask<Item>,
  context: EvaluationContext,
): Promise<TaskResult> {
  const startedAt = performance.now();
  const model = await context.identify(context.model);
  const items = await loadItems(task, context.signal);
  const encoded = items.map((item) => encodeItem(task.continuations(item), context, task));
  refuseFaulty(task.name, encoded, mostScoredTokens(context.maxSequenceTokens));
  const sequences = encoded.flatMap(({ windows }) => windows.flat());
  const { answers, reused } = await scoreAll(task.name, { sequences, klFromBase: false }, model, context);
  const records: ItemRecord[] = [];
  let next = 0;
  let reusedItems = 0;
  for (const [index, item] of items.entries()) {
    const first = next;
    const likelihoods = (encoded[index]?.windows ?? []).map((windows) => {
      next += windows.length;
      return likelihoodOf(answers.slice(next - windows.length, next));
    });
    if (reused.slice(first, next).every(Boolean)) reusedItems += 1;
    records.push({
      index,
      prompt: shown(task.prompt(item), context),
      output: "",
      target: task.target(item),
      cluster: task.cluster?.(item),
      ...(await judgeItem(() => task.score(item, likelihoods))),
      truncated: false,
    });
  }
  return taskResult(task, records, model, {
    reused: reusedItems,
    promptHash: jsonHash(encoded.map((item) => item.continuations)),
    templateHash: encoded.some(hasConversation) ? context.template.hash : undefined,
    generation: undefined,
    seconds: (performance.now() - startedAt) / 1000,
  });
}

function encodeItem(
  continuations: readonly Continuation[],
  context: EvaluationContext,
  { strideTokens }: Pick<LikelihoodTask, "strideTokens">,
): ItemSequences {
  return {
    continuations,
    windows: continuations.map((continuation) => encodeContinuation(continuation, context, { strideTokens })),
  };
}

function likelihoodOf(windows: readonly ScoredAnswer[]): Likelihood {
  return {
    logProbability: sum(windows.map(({ logProbabilities }) => sum(logProbabilities))),
    tokens: sum(windows.map(({ logProbabilities }) => logProbabilities.length)),
    isGreedy: windows.every(({ isGreedy }) => isGreedy.every(Boolean)),
  };
}

function shown(prompt: Continuation["context"], { tokenizer, template }: EvaluationContext): string {
  return encodePrompt(prompt, tokenizer, template).text;
}

function hasConversation({ continuations }: ItemSequences): boolean {
  return continuations.some(({ context }) => typeof context !== "string");
}

function refuseFaulty(task: string, items: readonly ItemSequences[], mostTokens: number): void {
  const faults = items.flatMap(({ windows }, item): Fault[] => {
    if (windows.length === 0) return [{ where: `item ${item + 1}`, problem: "has no continuation" }];
    return windows.flatMap(([first], index): Fault[] => {
      const where = `item ${item + 1}, continuation ${index + 1}`;
      const found = first?.tokenIds.length ?? 0;
      if (first === undefined || found <= first.from) return [{ where, problem: "has no token" }];
      if (found <= mostTokens) return [];
      return [{ where, problem: "is too long", found: `${found} tokens`, wanted: `${mostTokens}` }];
    });
  });
  if (faults.length === 0) return;
  throw new EvaluationError({
    code: "evaluation-failed",
    what: `Task "${task}" has ${faults.length} continuation(s) that can't be scored.`,
    wanted: `at least one token, within ${mostTokens} tokens with its context`,
    nextStep: "Mend or shorten these items.",
    faults,
  });
}
