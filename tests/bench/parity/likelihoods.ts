/** Sets the likelihoods of answers and of whole texts on both sides beside each other. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LikelihoodTask, multipleChoice, perplexity, type TaskResult } from "midblock";
import { knowledgeBySubject } from "../../../sdk/src/evaluation/retention/knowledge/knowledge-by-subject.js";
import { languageTexts } from "../../../sdk/src/evaluation/retention/language-texts.js";
import type { PeerItem } from "./peer-process.js";
import { type Bench, runOurs, runTheirs, withClient } from "./sides.js";

/**
 * Most tokens of a sequence: less than most of the texts have, so that windows are compared too. The peer does not count a
 * sequence's last token, which the model is not given.
 */
const maxSequenceTokens = 96;

/** What was found alike. */
export interface LikelihoodRound {
  readonly questions: number;
  /** Share of the questions for which acc, acc_norm and acc_bytes are the peer's. */
  readonly sameVerdicts: number;
  /** Log-likelihoods compared: of every answer and every text. */
  readonly sums: number;
  /** Largest relative difference of a log-likelihood. */
  readonly largestError: number;
  readonly peerVersions: Readonly<Record<string, string>>;
}

/** The questions of retention with each of their answers, and its texts in windows. */
export async function compareLikelihoods(bench: Bench, questionCount: number): Promise<LikelihoodRound> {
  const questions = Object.values(knowledgeBySubject).flat().slice(0, questionCount);
  const [choicesFile, textsFile] = [join(bench.folder, "choices.jsonl"), join(bench.folder, "texts.jsonl")];
  await writeFile(choicesFile, lines(questions));
  await writeFile(textsFile, lines(languageTexts.map((text) => ({ text }))));

  const choices = keepSums(multipleChoice({ data: choicesFile }));
  const texts = keepSums(perplexity({ data: textsFile }));
  const result = await withClient(
    bench,
    async (client) => {
      await runOurs(client, texts.task);
      return (await runOurs(client, choices.task)).result;
    },
    maxSequenceTokens,
  );
  const theirs = async (file: string, task: Readonly<Record<string, unknown>>) =>
    await runTheirs(bench, bench.modelFolder, { task: { ...onFile(file), ...task }, max_length: maxSequenceTokens });
  const theirChoices = await theirs(choicesFile, choiceTask);
  const theirTexts = await theirs(textsFile, textTask);
  const [ourSums, theirSums] = [
    [...choices.sums, ...texts.sums].flat(),
    [...theirChoices.items, ...theirTexts.items].flatMap(sumsOf),
  ];
  if (ourSums.length !== theirSums.length) throw new Error(`${ourSums.length} sums here, ${theirSums.length} there`);
  return {
    questions: questions.length,
    sameVerdicts: sameVerdicts(result, theirChoices.items),
    sums: ourSums.length,
    largestError: Math.max(
      ...theirSums.map((their, index) => Math.abs(((ourSums[index] ?? Number.NaN) - their) / their)),
    ),
    peerVersions: theirChoices.versions,
  };
}

const onFile = (file: string) => ({
  task: "parity",
  dataset_path: "json",
  dataset_kwargs: { data_files: { test: file } },
});

const choiceTask = {
  output_type: "multiple_choice",
  test_split: "test",
  doc_to_text: "Question: {{question}}\nAnswer:",
  doc_to_choice: "{{choices}}",
  doc_to_target: "{{answer}}",
  metric_list: ["acc", "acc_norm", "acc_bytes"].map((metric) => ({
    metric,
    aggregation: "mean",
    higher_is_better: true,
  })),
};

const textTask = {
  output_type: "loglikelihood_rolling",
  test_split: "test",
  doc_to_text: "",
  doc_to_target: "{{text}}",
  metric_list: [{ metric: "bits_per_byte" }],
};

/** The task, and a list that fills with each item's log-likelihoods, in nats. */
function keepSums<Item>(task: LikelihoodTask<Item>): {
  readonly task: LikelihoodTask<Item>;
  readonly sums: number[][];
} {
  const sums: number[][] = [];
  return {
    task: {
      ...task,
      score(item, likelihoods) {
        sums.push(likelihoods.map(({ logProbability }) => logProbability));
        return task.score(item, likelihoods);
      },
    },
    sums,
  };
}

function sumsOf({ responses }: PeerItem): number[] {
  return responses.flatMap((response) => {
    if (typeof response === "string") throw new Error(`a text where a likelihood was wanted: ${response}`);
    return typeof response === "number" ? response : response[0];
  });
}

function sameVerdicts({ items }: TaskResult, theirs: readonly PeerItem[]): number {
  const same = items.filter(({ metrics }, index) => {
    const their = theirs[index]?.verdicts["none"]?.metrics ?? {};
    return Object.entries(metrics).every(([metric, value]) => their[metric] === value);
  });
  return same.length / items.length;
}

const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");
