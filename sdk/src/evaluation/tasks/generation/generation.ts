/** The generation task: the model answers rows of one's own, and a rule judges. */
import { z } from "zod";
import { sourceOrPath } from "../../../config/dataset-options.js";
import { exactObject, text, wholeNumber } from "../../../config/option-checks.js";
import { readOptions } from "../../../config/read-options.js";
import { dataset } from "../../../data/combine/dataset-of.js";
import type { Message, RowExample } from "../../../data/datum.js";
import { placeOf } from "../../../data/place.js";
import { readExamples } from "../../../data/read-examples.js";
import { DataError, type Fault } from "../../../errors.js";
import type { GenerationTask } from "../../task.js";
import type { TaskData } from "../../task-rows.js";
import type { AnswerRule } from "./rules.js";

/** What the task asks. */
export interface GenerationOptions {
  /**
   * Rows as for training: `messages` that end with the wanted answer of the assistant, or `prompt` and `completion`. A path
   * ends in .jsonl, .parquet, ...
   */
  readonly data: TaskData;
  /** exact(), pattern(/.../), numeric(), jsonSchema({...}), or one's own: `{ rule, score }`, which may be async. */
  readonly rule: AnswerRule;
  /** Most new tokens of an answer; default 256. */
  readonly maxNewTokens?: number;
  /** An answer ends before the first of these; default none. */
  readonly stopStrings?: readonly string[];
  /** Ask the first so many; default all. */
  readonly limit?: number;
  /** Default "generation". */
  readonly name?: string;
}

const optionsSchema = exactObject({
  data: sourceOrPath(),
  rule: z.custom<AnswerRule>(isRule, { error: "a rule such as exact(), or { rule: { name, version }, score }" }),
  maxNewTokens: wholeNumber(1).optional(),
  stopStrings: z.array(text(1000), { error: "a list of texts" }).optional(),
  limit: wholeNumber(1).optional(),
  name: text(100).optional(),
});

/** A prompt with the answer that is wanted. */
export interface AnswerRow {
  readonly prompt: readonly Message[] | string;
  readonly target: string;
}

/** Lets the model answer every row, greedily, and judges the answers by the rule. Loading throws a DataError with every row that has no answer. */
export function generation(options: GenerationOptions): GenerationTask<AnswerRow> {
  const { data, rule, maxNewTokens, stopStrings, limit, name } = readOptions(optionsSchema, options, "generation");
  return {
    kind: "generation",
    name: name ?? "generation",
    rule: rule.rule,
    maxNewTokens: maxNewTokens ?? 256,
    ...(stopStrings === undefined ? {} : { stopStrings }),
    async load(signal) {
      const source = dataset([data]);
      return answerRows(await readExamples(limit === undefined ? source : source.take(limit), signal));
    },
    prompt: (row) => row.prompt,
    target: (row) => row.target,
    score: (row, output) => rule.score(output, row.target),
  };
}

function answerRows(examples: readonly RowExample[]): readonly AnswerRow[] {
  const rows = examples.map(answerRow);
  const faults = examples.flatMap((example, index): Fault[] =>
    rows[index] === undefined
      ? [{ where: placeOf(example.source), problem: "has no wanted answer", found: `the ${example.kind} shape` }]
      : [],
  );
  if (faults.length === 0) return rows.filter((row) => row !== undefined);
  throw new DataError({
    code: "invalid-data",
    what: `${faults.length} row(s) can't be asked.`,
    wanted: "messages that end with an answer of the assistant, or prompt and completion",
    faults,
  });
}

function answerRow(example: RowExample): AnswerRow | undefined {
  if (example.kind === "prompt-completion") return { prompt: example.prompt, target: example.completion };
  if (example.kind !== "messages") return undefined;
  const last = example.messages.at(-1);
  if (last?.role !== "assistant" || example.messages.length < 2) return undefined;
  return { prompt: example.messages.slice(0, -1), target: last.content };
}

function isRule(value: unknown): value is AnswerRule {
  if (typeof value !== "object" || value === null || !("rule" in value) || !("score" in value)) return false;
  const { rule, score } = value;
  return (
    typeof score === "function" && typeof rule === "object" && rule !== null && "name" in rule && "version" in rule
  );
}
