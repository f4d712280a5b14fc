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
  /** Most new tokens of an answer to a prompt with rules; default 160, which all of them fit in. */
  readonly maxNewTokens?: number;
}

const optionsSchema = exactObject({ maxNewTokens: wholeNumber(1).optional() });

/** Names of the suite's tasks whose items are right or wrong; what was kept is counted over them. */
export const knowledgeTaskName = "retention-knowledge";
export const followingTaskName = "retention-following";

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
 * What was kept is told in one figure beside them: see keptOf. Place it in the list of tasks as it is:
 *
 *     evaluate: [gsm8k(), retention()]
 */
export function retention(options: RetentionOptions = {}): readonly EvaluationTask[] {
  const { maxNewTokens = 160 } = readOptions(optionsSchema, options, "retention");
  const questions = Object.values(knowledgeBySubject).flat();
  return [
    drift(),
    { ...multipleChoice({ name: knowledgeTaskName, data: inMemory(questions) }), rule: rules.knowledge },
    { ...ifeval({ name: followingTaskName, data: inMemory(followingRows), maxNewTokens }), rule: rules.following },
    { ...perplexity({ name: "retention-language", data: languageTexts }), rule: rules.language },
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
