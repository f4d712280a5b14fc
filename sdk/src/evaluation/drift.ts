/** Measures drift in two steps: the base model's replies before training, their scores by the tuned model after it. */
import { EvaluationError } from "../errors.js";
import { generateAll, type ScoredAnswer, scoreAll } from "./collect.js";
import type { EvaluationContext } from "./context.js";
import { preparePrompts } from "./prompts.js";
import type { DriftItem, DriftResult, RatioSummary } from "./result.js";
import { bootstrapRatioInterval95 } from "./statistics/bootstrap.js";
import { sum } from "./statistics/mean.js";
import type { DriftTask } from "./task.js";

/** One reply of the base model, as tokens and as text. */
export interface BaseReply {
  readonly prompt: string;
  readonly promptTokenIds: readonly number[];
  /** At least one; the stop token included where one ended the reply. */
  readonly replyTokenIds: readonly number[];
  readonly reply: string;
  /** Kept from an earlier evaluation. */
  readonly reused: boolean;
}

/** What the base model replied; plain data, so it can be kept until training is over. */
export interface BaseReplies {
  readonly replies: readonly BaseReply[];
  readonly promptHash: string;
  readonly templateHash: string | undefined;
  readonly seconds: number;
}

/** Lets the base model reply to every prompt of the task, greedily. Needs a context whose model is the base. */
export async function generateBaseReplies(task: DriftTask, context: EvaluationContext): Promise<BaseReplies> {
  const startedAt = performance.now();
  const asked = task.prompts.map((content) => [{ role: "user" as const, content }]);
  const prompts = preparePrompts(task, asked, context);
  const { name, maxNewTokens } = task;
  const request = { task: name, prompts: prompts.tokenIds, maxNewTokens, stopStrings: [] };
  const { answers, reused } = await generateAll(request, await context.identify(context.model), context);
  const replies = answers.map((answer, index) => ({
    prompt: prompts.texts[index] ?? "",
    promptTokenIds: prompts.tokenIds[index] ?? [],
    replyTokenIds: answer.tokenIds,
    reply: answer.text,
    reused: reused[index] ?? false,
  }));
  const { promptHash, templateHash } = prompts;
  return { replies, promptHash, templateHash, seconds: (performance.now() - startedAt) / 1000 };
}

/** Scores the base model's replies by the context's model and tells how far that one moved. */
export async function measureDrift(
  task: DriftTask,
  base: BaseReplies,
  context: EvaluationContext,
): Promise<DriftResult> {
  const startedAt = performance.now();
  const model = await context.identify(context.model);
  const sequences = base.replies.map(({ promptTokenIds, replyTokenIds }) => ({
    tokenIds: [...promptTokenIds, ...replyTokenIds],
    from: promptTokenIds.length,
  }));
  const { answers, reused } = await scoreAll(task.name, { sequences, klFromBase: true }, model, context);
  const items = base.replies.map((reply, index) => driftItem(task.name, reply, answers[index]));
  const tokens = items.map((item) => item.tokens);
  return {
    task: task.name,
    rule: task.rule,
    klPerToken: ratio(
      items.map((item) => item.klSum),
      tokens,
    ),
    sameToken: ratio(
      items.map((item) => item.sameTokens),
      tokens,
    ),
    weightsHash: model.weightsHash,
    adapterHash: model.adapterHash,
    promptCount: items.length,
    tokenCount: sum(tokens),
    reused: base.replies.filter((reply, index) => reply.reused && reused[index]).length,
    items,
    promptHash: base.promptHash,
    templateHash: base.templateHash,
    maxNewTokens: task.maxNewTokens,
    seconds: base.seconds + (performance.now() - startedAt) / 1000,
  };
}

function driftItem(task: string, { prompt, reply, replyTokenIds }: BaseReply, score?: ScoredAnswer): DriftItem {
  const tokens = replyTokenIds.length;
  const found = { kl: score?.klFromBase.length ?? 0, greedy: score?.isGreedy.length ?? 0 };
  if (score === undefined || found.kl !== tokens || found.greedy !== tokens) {
    throw new EvaluationError({
      code: "evaluation-failed",
      what: `The sidecar scored a reply of task "${task}" incompletely.`,
      found: `${found.kl} KL values and ${found.greedy} greedy marks`,
      wanted: `${tokens} of each, one a reply token`,
    });
  }
  return { prompt, reply, tokens, klSum: sum(score.klFromBase), sameTokens: score.isGreedy.filter(Boolean).length };
}

function ratio(numerators: readonly number[], denominators: readonly number[]): RatioSummary {
  return {
    value: sum(numerators) / sum(denominators),
    interval95: bootstrapRatioInterval95(numerators, denominators),
  };
}
