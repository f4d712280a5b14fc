/** Runs generate and score over any number of rows and gives the results in the order of the rows. */
import { EvaluationError } from "../errors.js";
import type { EvaluationContext } from "./context.js";
import type { Completion, GenerateRequest, ScoreRequest, SequenceScore } from "./inference.js";

/** A greedy generation over all prompts. */
export interface GenerateAll {
  readonly task: string;
  readonly prompts: GenerateRequest["prompts"];
  readonly maxNewTokens: number;
  readonly stopStrings: readonly string[];
}

/** Greedy answers in the order of the prompts. */
export function generateAll(request: GenerateAll, context: EvaluationContext): Promise<Completion[]> {
  return collect(request.task, request.prompts, context, (prompts) =>
    context.inference.generate(
      {
        model: context.model,
        prompts,
        maxNewTokens: request.maxNewTokens,
        picking: { kind: "greedy" },
        stopTokenIds: context.stopTokenIds,
        stopStrings: request.stopStrings,
        maxBatchRows: 0,
      },
      context.signal,
    ),
  );
}

/** Scores in the order of the sequences. */
export function scoreAll(
  task: string,
  { sequences, klFromBase }: Omit<ScoreRequest, "model">,
  context: EvaluationContext,
): Promise<SequenceScore[]> {
  return collect(task, sequences, context, (slice) =>
    context.inference.score({ model: context.model, sequences: slice, klFromBase }, context.signal),
  );
}

async function collect<Row, Result extends { readonly index: number }>(
  task: string,
  rows: readonly Row[],
  context: EvaluationContext,
  call: (slice: readonly Row[]) => AsyncIterable<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let done = 0;
  for (let start = 0; start < rows.length; start += context.maxRequestSequences) {
    const slice = rows.slice(start, start + context.maxRequestSequences);
    for await (const result of call(slice)) {
      if (result.index >= slice.length || results[start + result.index] !== undefined)
        throw wrongRow(task, result.index);
      results[start + result.index] = result;
      done += 1;
      context.onProgress?.({ task, model: context.model, done, total: rows.length });
    }
  }
  if (done !== rows.length) throw missingRows(task, done, rows.length);
  return results;
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
