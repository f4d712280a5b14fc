/**
 * Has every row of a task answered, by the model or from what is kept of its answers, and gives the answers in the order
 * of the rows.
 */
import { z } from "zod";
import { EvaluationError } from "../errors.js";
import type { EvaluationContext } from "./context.js";
import type { Completion, GenerateRequest, ScoreRequest, SequenceScore } from "./inference.js";
import { jsonHash } from "./json-hash.js";
import type { ModelIdentity } from "./model-identity.js";
import { TimeLeft } from "./time-left.js";

/** An answer without its place in a request. */
export type GeneratedAnswer = Omit<Completion, "index">;
export type ScoredAnswer = Omit<SequenceScore, "index">;

/** All answers, in the order of the rows. */
export interface Collected<Answer> {
  readonly answers: readonly Answer[];
  /** Of each row, whether its answer was kept from an earlier evaluation. */
  readonly reused: readonly boolean[];
}

/** A greedy generation over all prompts. */
export interface GenerateAll {
  readonly task: string;
  readonly prompts: GenerateRequest["prompts"];
  readonly maxNewTokens: number;
  readonly stopStrings: readonly string[];
}

const generatedAnswer: z.ZodType<GeneratedAnswer> = z.object({
  tokenIds: z.array(z.number()),
  text: z.string(),
  finishReason: z.enum(["stop-token", "stop-string", "length"]),
});

const scoredAnswer: z.ZodType<ScoredAnswer> = z.object({
  logProbabilities: z.array(z.number()),
  isGreedy: z.array(z.boolean()),
  klFromBase: z.array(z.number()),
});

/** Greedy answers to all prompts. Sampled ones are not kept: what is drawn depends on a row's place in its request. */
export function generateAll(
  { task, prompts, maxNewTokens, stopStrings }: GenerateAll,
  model: ModelIdentity,
  context: EvaluationContext,
): Promise<Collected<GeneratedAnswer>> {
  const { stopTokenIds, inference, signal } = context;
  const settings = { maxNewTokens, picking: { kind: "greedy" }, stopTokenIds, stopStrings } as const;
  const rows: Rows<GenerateRequest["prompts"][number], Completion> = {
    task,
    rows: prompts,
    keyOf: (tokenIds) => jsonHash({ generate: tokenIds, ...settings }),
    answer: generatedAnswer,
    effortOf: () => 1,
    ask: (asked) =>
      inference.generate({ model: model.reference, prompts: asked, ...settings, maxBatchRows: 0 }, signal),
  };
  return collect(rows, model, context);
}

/** Scores of all sequences. */
export function scoreAll(
  task: string,
  { sequences, klFromBase }: Omit<ScoreRequest, "model">,
  model: ModelIdentity,
  context: EvaluationContext,
): Promise<Collected<ScoredAnswer>> {
  const rows: Rows<ScoreRequest["sequences"][number], SequenceScore> = {
    task,
    rows: sequences,
    keyOf: ({ tokenIds, from }) => jsonHash({ score: tokenIds, from, klFromBase }),
    answer: scoredAnswer,
    effortOf: ({ tokenIds }) => tokenIds.length,
    ask: (asked) => context.inference.score({ model: model.reference, sequences: asked, klFromBase }, context.signal),
  };
  return collect(rows, model, context);
}

/** What is asked of the model, row by row. */
interface Rows<Row, Result extends { readonly index: number }> {
  readonly task: string;
  readonly rows: readonly Row[];
  /** Hash of all that decides the answer beside the model. */
  readonly keyOf: (row: Row) => string;
  readonly answer: z.ZodType<Omit<Result, "index">>;
  /** About how much time a row takes, in any unit. */
  readonly effortOf: (row: Row) => number;
  readonly ask: (rows: readonly Row[]) => AsyncIterable<Result>;
}

async function collect<Row, Result extends { readonly index: number }>(
  { task, rows, keyOf, answer, effortOf, ask }: Rows<Row, Result>,
  model: ModelIdentity,
  context: EvaluationContext,
): Promise<Collected<Omit<Result, "index">>> {
  const kept = model.answersHash === undefined ? undefined : context.answers?.open(model.answersHash);
  const keys = kept === undefined ? [] : rows.map(keyOf);
  const known = await kept?.find(new Set(keys), answer);
  const answers = rows.map((_, place) => known?.get(keys[place] ?? ""));
  const reused = answers.map((one) => one !== undefined);
  const open = rows.flatMap((row, place) => (reused[place] ? [] : [{ row, place }]));
  const left = new TimeLeft(open.reduce((sum, { row }) => sum + effortOf(row), 0));
  const fromBefore = rows.length - open.length;
  let done = fromBefore;
  const tell = (secondsLeft: number | undefined) =>
    context.onProgress?.({ task, model: context.model, done, total: rows.length, reused: fromBefore, secondsLeft });
  if (fromBefore > 0) tell(open.length === 0 ? 0 : undefined);
  try {
    for (let start = 0; start < open.length; start += context.maxRequestSequences) {
      const asked = open.slice(start, start + context.maxRequestSequences);
      for await (const { index, ...found } of ask(asked.map(({ row }) => row))) {
        const slot = asked[index];
        if (slot === undefined || answers[slot.place] !== undefined) throw wrongRow(task, index);
        answers[slot.place] = found;
        await kept?.keep(keys[slot.place] ?? "", found);
        done += 1;
        tell(left.after(effortOf(slot.row)));
      }
    }
  } finally {
    await kept?.close();
  }
  const complete = answers.filter((one) => one !== undefined);
  if (complete.length !== rows.length) throw missingRows(task, done, rows.length);
  return { answers: complete, reused };
}

function wrongRow(task: string, index: number): EvaluationError {
  return new EvaluationError({
    code: "internal",
    what: `The sidecar answered row ${index} of task "${task}", which was not asked for or is answered already.`,
  });
}

function missingRows(task: string, done: number, total: number): EvaluationError {
  return new EvaluationError({
    code: "evaluation-failed",
    what: `The sidecar ended task "${task}" early.`,
    found: `${done} answered rows`,
    wanted: `${total} answered rows`,
  });
}
