/** The multiple-choice task: which of the given answers does the model find likeliest? */
import { z } from "zod";
import { sourceOrPath } from "../../config/dataset-options.js";
import { callback, exactObject, text, wholeNumber } from "../../config/option-checks.js";
import { readOptions } from "../../config/read-options.js";
import type { ItemScore, Likelihood, LikelihoodTask } from "../task.js";
import { readTaskRows, type TaskData } from "../task-rows.js";

/** A question with its answers, as a row has it. */
export interface ChoiceRow {
  readonly question: string;
  /** At least two. */
  readonly choices: readonly string[];
  /** Index of the right one, from 0. */
  readonly answer: number;
  /** Names what a question has in common with others, such as the text they are on; left out where it is by itself. */
  readonly cluster?: string | undefined;
}

/** What the task asks. */
export interface MultipleChoiceOptions {
  /** Rows of `question`, `choices`, `answer` and, where questions come in clusters, `cluster`; a path ends in .jsonl, .parquet, ... */
  readonly data: TaskData;
  /** The text before an answer; default "Question: ...\nAnswer:". An answer follows after a space. */
  readonly prompt?: (row: ChoiceRow) => string;
  /** Ask the first so many; default all. */
  readonly limit?: number;
  /** Default "multiple-choice". */
  readonly name?: string;
}

const optionsSchema = exactObject({
  data: sourceOrPath(),
  prompt: callback<(row: ChoiceRow) => string>().optional(),
  limit: wholeNumber(1).optional(),
  name: text(100).optional(),
});

const choiceRow = z
  .object({
    question: z.string({ error: "a text" }),
    choices: z.array(z.string({ error: "a text" }).min(1, { error: "a text" }), { error: "a list of texts" }).min(2, {
      error: "at least two",
    }),
    answer: z
      .number({ error: "an index into choices" })
      .int({ error: "an index into choices" })
      .min(0, { error: "0 or more" }),
    cluster: z.string({ error: "a text" }).optional(),
  })
  .refine(({ choices, answer }) => answer < choices.length, { error: "an index into choices", path: ["answer"] });

/**
 * Scores every answer by the sum of the log-likelihoods of its tokens after the question, and takes the likeliest.
 *
 * Metrics, each 0 or 1: "acc" by that sum; "acc_norm": by the sum over the answer's characters; "acc_bytes": over its UTF-8
 * bytes. Of equal ones the first counts. As lm-evaluation-harness has them for multiple choice (lm_eval/api/task.py); its
 * answers, too, follow the question after a space, which is not counted.
 */
export function multipleChoice(options: MultipleChoiceOptions): LikelihoodTask<ChoiceRow> {
  const { data, prompt = asQuestion, limit, name } = readOptions(optionsSchema, options, "multipleChoice");
  return {
    kind: "likelihood",
    name: name ?? "multiple-choice",
    rule: { name: "likeliest choice of lm-evaluation-harness", version: "1" },
    load: (signal) => readTaskRows(data, choiceRow, { limit, signal }),
    prompt,
    target: ({ choices, answer }) => choices[answer] ?? "",
    cluster: ({ cluster }) => cluster,
    continuations: (row) => row.choices.map((choice) => ({ context: prompt(row), text: ` ${choice}` })),
    score: scoreChoices,
  };
}

function asQuestion({ question }: ChoiceRow): string {
  return `Question: ${question}\nAnswer:`;
}

/** Judges the answers of one question. */
export function scoreChoices({ choices, answer }: ChoiceRow, likelihoods: readonly Likelihood[]): ItemScore {
  const likeliest = (sizeOf: (choice: string) => number) => {
    const scores = choices.map((choice, index) => (likelihoods[index]?.logProbability ?? Number.NaN) / sizeOf(choice));
    return scores.indexOf(Math.max(...scores));
  };
  const picked = { acc: likeliest(() => 1), acc_norm: likeliest(characters), acc_bytes: likeliest(bytes) };
  const entries = Object.entries(picked);
  return {
    metrics: Object.fromEntries(entries.map(([metric, index]) => [metric, index === answer ? 1 : 0])),
    extracted: choices[picked.acc] ?? "",
    extractions: Object.fromEntries(entries.map(([metric, index]) => [metric, choices[index] ?? ""])),
  };
}

/** Python's len: code points, not UTF-16 units. */
function characters(choice: string): number {
  return Array.from(choice).length;
}

function bytes(choice: string): number {
  return Buffer.byteLength(choice, "utf8");
}
