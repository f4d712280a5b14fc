/** The retention suite: does the model still know and do what it did before it was trained? */
import { exactObject, wholeNumber } from "../../config/option-checks.js";
import { readOptions } from "../../config/read-options.js";
import type { DataSource } from "../../data/data-source.js";
import type { EvaluationTask } from "../task.js";
import { drift } from "../tasks/drift.js";
import { ifeval } from "../tasks/ifeval/ifeval.js";
import { multipleChoice } from "../tasks/multiple-choice.js";
import { perplexity } from "../tasks/perplexity.js";
import { followingRows } from "./following/following-rows.js";
import { knowledgeBySubject } from "./knowledge/knowledge-by-subject.js";
import { languageTexts } from "./language-texts.js";

/** How much of the suite is run. */
export interface RetentionOptions {
  /**
   * Most new tokens of an answer to a prompt with rules; default 96, in which each can be answered. With 160 the default
   * model's answers got the same verdicts.
   */
  readonly maxNewTokens?: number | undefined;
}

/** The options as they may be written. */
export const retentionSchema = exactObject({ maxNewTokens: wholeNumber(1).optional() });

/** Names of the suite's tasks that judge items, by their part. */
export const retentionTaskNames = {
  knowledge: "retention-knowledge",
  following: "retention-following",
  language: "retention-language",
} as const;

/**
 * The rules of what is asked in items. Their versions stand for the questions too: another question is another measure,
 * and what was measured by two versions can't be paired. A test holds each version to a hash of its questions.
 */
const rules = {
  knowledge: { name: "likeliest choice, of midblock's knowledge questions", version: "1" },
  following: { name: "ifeval's checkers, on midblock's prompts with rules", version: "1" },
  language: { name: "rolling log-likelihood, of midblock's neutral texts", version: "1" },
} as const;

/**
 * Four tasks, all written for this project, to be run before and after a training:
 *
 * - drift: mean KL per token from base to tuned, on the base's own replies to neutral prompts;
 * - retention-knowledge: general knowledge, four choices a question, over twelve subjects, by likelihood;
 * - retention-following: prompts with rules that a program can check, judged as ifeval does;
 * - retention-language: bits per byte on neutral texts.
 *
 * What was kept is told in one figure beside them: see keptOf. A finetune runs the suite unless told not to; in a list of
 * tasks of your own it is placed as it is:
 *
 *     tasks: [gsm8k(), retention()]
 */
export function retention(options: RetentionOptions = {}): readonly EvaluationTask[] {
  const { maxNewTokens = 96 } = readOptions(retentionSchema, options, "retention");
  const questions = Object.values(knowledgeBySubject).flat();
  return [
    drift(),
    { ...multipleChoice({ name: retentionTaskNames.knowledge, data: inMemory(questions) }), rule: rules.knowledge },
    {
      ...ifeval({ name: retentionTaskNames.following, data: inMemory(followingRows), maxNewTokens }),
      rule: rules.following,
    },
    { ...perplexity({ name: retentionTaskNames.language, data: languageTexts }), rule: rules.language },
  ];
}

function inMemory(values: readonly unknown[]): DataSource {
  return {
    name: "(midblock)",
    async *rows() {
      for (const [index, value] of values.entries()) yield { source: { file: "(midblock)", line: index + 1 }, value };
    },
  };
}
