/** Sets generated answers and their verdicts on both sides beside each other, row by row. */
import { isDeepStrictEqual } from "node:util";
import type { GenerationTask } from "midblock";
import { followedBy } from "../../../sdk/src/evaluation/tasks/ifeval/ifeval.js";
import type { PeerItem } from "./peer-process.js";
import type { BothRuns } from "./sides.js";

/** One row on both sides. */
export interface AnswerPair {
  readonly modelFolder: string;
  readonly prompt: string;
  readonly ours: string;
  readonly theirs: string;
  /** Our rules, on the peer's text, give the verdicts of the peer; and ours were recorded where the texts are the same. */
  readonly sameVerdicts: boolean;
}

/** Verdicts in one form for both sides. */
export interface VerdictForms<Item> {
  readonly ours: (item: Item, output: string) => Promise<unknown> | unknown;
  readonly theirs: (item: PeerItem) => unknown;
}

/** Strict-match and flexible-extract: what was taken for the answer, and whether it is right. */
export function gsm8kVerdicts<Item>(task: GenerationTask<Item>): VerdictForms<Item> {
  const rules = ["strict-match", "flexible-extract"];
  return {
    ours: async (item, output) => {
      const { extractions, metrics } = await task.score(item, output);
      return rules.map((rule) => ({ rule, extracted: extractions?.[rule], right: metrics[rule] }));
    },
    theirs: ({ verdicts }) =>
      rules.map((rule) => {
        const verdict = verdicts[rule];
        return { rule, extracted: verdict?.extracted, right: verdict?.metrics["exact_match"] };
      }),
  };
}

/** For each instruction whether it is followed, strictly and loosely. */
export const ifevalVerdicts: VerdictForms<Parameters<typeof followedBy>[0]> = {
  ours: (item, output) => {
    const { strict, loose } = followedBy(item, output);
    return { strict, loose, all: [strict.every(Boolean), loose.every(Boolean)] };
  },
  theirs: ({ verdicts }) => {
    const metrics = verdicts["none"]?.metrics ?? {};
    return {
      strict: metrics["inst_level_strict_acc"],
      loose: metrics["inst_level_loose_acc"],
      all: [metrics["prompt_level_strict_acc"], metrics["prompt_level_loose_acc"]],
    };
  },
};

/** Pairs the rows. Throws where the sides were not asked the same. */
export async function pairAnswers<Item>(
  task: GenerationTask<Item>,
  { modelFolder, ours: { result }, theirs }: BothRuns,
  forms: VerdictForms<Item>,
): Promise<readonly AnswerPair[]> {
  const items = await task.load();
  if (theirs.items.length !== items.length) throw new Error(`${items.length} rows here, ${theirs.items.length} there`);
  return await Promise.all(
    items.map(async (item, index): Promise<AnswerPair> => {
      const [record, their] = [result.items[index], theirs.items[index]];
      const [prompt, text] = [their?.prompts[0], their?.responses[0]];
      if (record === undefined || their === undefined || typeof text !== "string") throw new Error(`no row ${index}`);
      if (record.prompt !== prompt) throw new Error(`prompt ${index} differs: ${record.prompt} and ${prompt}`);
      const { metrics } = await task.score(item, text);
      const recorded = record.output !== text || isDeepStrictEqual(record.metrics, metrics);
      const judged = isDeepStrictEqual(await forms.ours(item, text), forms.theirs(their));
      return { modelFolder, prompt, ours: record.output, theirs: text, sameVerdicts: recorded && judged };
    }),
  );
}

/** Share of the pairs of which something holds. */
export function shareOf(pairs: readonly AnswerPair[], holds: (pair: AnswerPair) => boolean): number {
  return pairs.filter(holds).length / pairs.length;
}
