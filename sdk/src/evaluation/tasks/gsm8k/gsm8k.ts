/** The GSM8K task: grade-school mathematics in words (Cobbe et al. 2021, arXiv 2110.14168). */
import { z } from "zod";
import { sourceOrPath } from "../../../config/dataset-options.js";
import { exactObject, flag, oneOf, wholeNumber } from "../../../config/option-checks.js";
import { readOptions } from "../../../config/read-options.js";
import type { Message } from "../../../data/datum.js";
import { PythonRandom } from "../../python-random.js";
import type { GenerationTask, ItemScore } from "../../task.js";
import { readTaskRows, type TaskData } from "../../task-rows.js";
import { exactMatch, flexibleExtract, noAnswer, numericAnswer, sameNumber, strictMatch } from "./rules.js";

/** What the task asks, and how. */
export interface Gsm8kOptions {
  /**
   * Rows of `question` and `answer` that are asked; default the test split of openai/gsm8k on the hub. A path ends in
   * .jsonl, .parquet, ...
   */
  readonly data?: TaskData;
  /** Rows that examples are drawn from; default the train split on the hub. Read only if `fewShot` is above 0. */
  readonly examples?: TaskData;
  /** Ask the first so many questions; default all. */
  readonly limit?: number;
  /** Solved examples before each question; default 5. */
  readonly fewShot?: number;
  /**
   * "text" continues a raw text, as the reference does for base models; "chat" puts the same text, examples included,
   * into one user message. Default "text".
   */
  readonly style?: "text" | "chat";
  /** With "chat": each example as a turn of its own; default false. */
  readonly fewShotAsTurns?: boolean;
  /** Most new tokens of an answer; default 256, the reference's default. */
  readonly maxNewTokens?: number;
}

const optionsSchema = exactObject({
  data: sourceOrPath().optional(),
  examples: sourceOrPath().optional(),
  limit: wholeNumber(1).optional(),
  fewShot: wholeNumber(0).optional(),
  style: oneOf(["text", "chat"]).optional(),
  fewShotAsTurns: flag().optional(),
  maxNewTokens: wholeNumber(1).optional(),
});

/** One question with its worked solution, and the examples that go before it. */
export interface Gsm8kItem {
  readonly question: string;
  readonly answer: string;
  readonly examples: readonly { readonly question: string; readonly answer: string }[];
}

const row = z.object({ question: z.string({ error: "a text" }), answer: z.string({ error: "a text" }) });
const hubFile = (split: string) => `hf://datasets/openai/gsm8k/main/${split}-00000-of-00001.parquet`;
/** The seed with which the reference draws its examples. */
const fewShotSeed = 1234;

/**
 * Asks GSM8K questions as lm-evaluation-harness's task gsm8k, version 3.0, does: "Question: ...\nAnswer:", five examples
 * drawn from the train split as the reference draws them (Python's generator, seed 1234, one draw a question), stops at
 * "Question:", "</s>" and "<|im_end|>", at most 256 new tokens, greedy.
 *
 * Metrics, each 0 or 1: "strict-match" and "flexible-extract" by the reference's rules to the letter (see rules.ts), and
 * "numeric", our own lenient rule, which compares numbers as numbers. Invalid: flexible-extract finds nothing. A small model
 * scores near 0 whatever it was taught.
 */
export function gsm8k(options: Gsm8kOptions = {}): GenerationTask<Gsm8kItem> {
  const { data, examples, limit, fewShot, style, fewShotAsTurns, maxNewTokens } = readOptions(
    optionsSchema,
    options,
    "gsm8k",
  );
  const shots = fewShot ?? 5;
  return {
    kind: "generation",
    name: `gsm8k-${shots}-shot${style === "chat" ? "-chat" : ""}`,
    rule: { name: "gsm8k of lm-evaluation-harness, and numeric", version: "3.0, and 1" },
    maxNewTokens: maxNewTokens ?? 256,
    stopStrings: ["Question:", "</s>", "<|im_end|>"],
    ...(shots === 0 ? {} : { seed: fewShotSeed }),
    async load(signal) {
      const asked = await readTaskRows(data ?? hubFile("test"), row, { limit, signal });
      const pool = shots === 0 ? [] : await readTaskRows(examples ?? hubFile("train"), row, { signal });
      const random = new PythonRandom(fewShotSeed);
      return asked.map((item) => ({
        ...item,
        examples: random.sample(pool.length, shots).flatMap((index) => pool[index] ?? []),
      }));
    },
    prompt: (item) => promptOf(item, style ?? "text", fewShotAsTurns ?? false),
    target: ({ answer }) => answer,
    score: ({ answer }, output) => scoreAnswer(answer, output),
  };
}

function promptOf(
  { question, examples }: Gsm8kItem,
  style: "text" | "chat",
  asTurns: boolean,
): readonly Message[] | string {
  const ask = (asked: string) => `Question: ${asked}\nAnswer:`;
  if (style === "chat" && asTurns) {
    const turns = examples.flatMap((example): Message[] => [
      { role: "user", content: ask(example.question) },
      { role: "assistant", content: example.answer },
    ]);
    return [...turns, { role: "user", content: ask(question) }];
  }
  const shown = examples.map((example) => `${ask(example.question)} ${example.answer}\n\n`).join("");
  const text = shown + ask(question);
  return style === "chat" ? [{ role: "user", content: text }] : text;
}

function scoreAnswer(answer: string, output: string): ItemScore {
  const strict = strictMatch(output);
  const flexible = flexibleExtract(output);
  const number = numericAnswer(output);
  return {
    metrics: {
      "strict-match": exactMatch(strict, answer) ? 1 : 0,
      "flexible-extract": exactMatch(flexible, answer) ? 1 : 0,
      numeric: sameNumber(number, answer) ? 1 : 0,
    },
    extractions: {
      "strict-match": strict,
      "flexible-extract": flexible,
      numeric: number === undefined ? noAnswer : `${number}`,
    },
    extracted: flexible,
    invalid: flexible === noAnswer,
  };
}
