/** Measures one model on a list of tasks: what `client.evaluate` does. */
import type { EvaluateSettings } from "../config/evaluate-options.js";
import type { ChatTemplate } from "../data/chat-template.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { type Fault, OptionsError } from "../errors.js";
import type { ModelCard } from "../layers/model-card.js";
import type { AnswerCache } from "./answers/answer-cache.js";
import { checkTasks } from "./before-after.js";
import type { EvaluationContext } from "./context.js";
import { generateBaseReplies, measureDrift } from "./drift.js";
import type { Inference, ModelReference } from "./inference.js";
import { measureTask } from "./measure-task.js";
import { type AnsweringServer, identifyModel, type RunLookup } from "./model-identity.js";
import type { DriftResult, TaskResult } from "./result.js";
import type { EvaluationTask } from "./task.js";

/** What an evaluation needs to know of the sidecar. */
export interface EvaluationServer extends AnsweringServer {
  readonly limits: { readonly maxSequenceTokens: number; readonly maxRequestSequences: number };
}

/** What an evaluation needs of the client. */
export interface EvaluationSurroundings {
  readonly bridge: Inference & RunLookup & { readonly server: EvaluationServer };
  /** Where answers are kept; undefined: nowhere. */
  readonly answers: AnswerCache | undefined;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
}

/** What an evaluation found. */
export interface EvaluationOutcome {
  /** One a task that judges items, in the order of the tasks. */
  readonly results: readonly TaskResult[];
  /** Undefined where no task measures drift. */
  readonly drift: DriftResult | undefined;
}

/** The context of an evaluation of one model. */
export function evaluationContext(
  surroundings: EvaluationSurroundings,
  model: ModelReference,
  options: Pick<EvaluationContext, "onProgress" | "signal">,
): EvaluationContext {
  const { bridge, answers, card, tokenizer, template } = surroundings;
  const { server } = bridge;
  return {
    inference: bridge,
    model,
    identify: (reference) => identifyModel(reference, { server, card, runs: bridge }, options.signal),
    answers,
    tokenizer,
    template,
    emptyContextIds: emptyContext(tokenizer, card),
    stopTokenIds: card.specialTokens.eosIds,
    maxSequenceTokens: server.limits.maxSequenceTokens,
    maxRequestSequences: server.limits.maxRequestSequences,
    ...options,
  };
}

/** Runs every task. Throws OptionsError for a drift task on the base, whose drift is 0 by definition; else as the tasks do. */
export async function evaluateTasks(
  surroundings: EvaluationSurroundings,
  { tasks, model = { kind: "base" }, onProgress, signal }: EvaluateSettings,
): Promise<EvaluationOutcome> {
  checkTasks(tasks);
  refuseDriftOfBase(tasks, model);
  const context = evaluationContext(surroundings, model, { onProgress, signal });
  const results: TaskResult[] = [];
  let drift: DriftResult | undefined;
  for (const task of tasks) {
    if (task.kind !== "drift") {
      results.push(await measureTask(task, context));
    } else {
      const replies = await generateBaseReplies(task, { ...context, model: { kind: "base" } });
      drift = await measureDrift(task, replies, context);
    }
  }
  return { results, drift };
}

function emptyContext(tokenizer: Tokenizer, { specialTokens: { bosId, eosIds } }: ModelCard): readonly number[] {
  const { startIds } = tokenizer.special;
  if (startIds.length > 0) return startIds;
  return bosId === undefined ? eosIds.slice(0, 1) : [bosId];
}

function refuseDriftOfBase(tasks: readonly EvaluationTask[], model: ModelReference): void {
  if (model.kind !== "base") return;
  const faults = tasks.flatMap((task, index): Fault[] =>
    task.kind === "drift" ? [{ where: `tasks[${index}]`, problem: "the base model has no drift from itself" }] : [],
  );
  if (faults.length === 0) return;
  throw new OptionsError({
    code: "invalid-options",
    what: "Drift can't be measured on the base model.",
    wanted: 'model: { kind: "run", runId }',
    faults,
  });
}
