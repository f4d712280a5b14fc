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
  /** The verdicts that are not, of both sides. */
  readonly difference: string | undefined;
}

/** Verdicts in one form for both sides, one for each rule. */
export interface VerdictForms<Item> {
  readonly ours: (item: Item, output: string) => Promise<readonly unknown[]> | readonly unknown[];
  readonly theirs: (item: Item, answer: PeerItem) => readonly unknown[];
}

/** Strict-match and flexible-extract: what was taken for the answer, and whether it is right. */
export function gsm8kVerdicts<Item>(task: GenerationTask<Item>): VerdictForms<Item> {
  const rules = ["strict-match", "flexible-extract"];
  return {
    ours: async (item, output) => {
      const { extractions, metrics } = await task.score(item, output);
      return rules.map((rule) => ({ rule, extracted: extractions?.[rule], right: metrics[rule] }));
    },
    theirs: (_, { verdicts }) =>
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
    const each = item.instructions.map(({ id }, index) => ({ id, strict: strict[index], loose: loose[index] }));
    return [...each, { id: "all", strict: strict.every(Boolean), loose: loose.every(Boolean) }];
  },
  theirs: (item, { verdicts }) => {
    const metrics = verdicts["none"]?.metrics ?? {};
    const [strict, loose] = [metrics["inst_level_strict_acc"], metrics["inst_level_loose_acc"]].map(Object);
    // As many as the peer gave, so that a verdict too many is a difference as well.
    const each = Array.from({ length: Math.max(strict.length, loose.length) }, (_, index) => ({
      id: item.instructions[index]?.id,
      strict: strict[index],
      loose: loose[index],
    }));
    return [
      ...each,
      { id: "all", strict: metrics["prompt_level_strict_acc"], loose: metrics["prompt_level_loose_acc"] },
    ];
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
      const difference = differenceOf(await forms.ours(item, text), forms.theirs(item, their));
      const sameVerdicts = recorded && difference === undefined;
      return { modelFolder, prompt, ours: record.output, theirs: text, sameVerdicts, difference };
    }),
  );
}

function differenceOf(ours: readonly unknown[], theirs: readonly unknown[]): string | undefined {
  const places = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, place) => place);
  const differing = places
    .filter((place) => !isDeepStrictEqual(ours[place], theirs[place]))
    .map((place) => `${JSON.stringify(ours[place])} here, ${JSON.stringify(theirs[place])} by the peer`);
  return differing.length === 0 ? undefined : differing.join("; ");
}

/** Share of the pairs of which something holds. */
export function shareOf(pairs: readonly AnswerPair[], holds: (pair: AnswerPair) => boolean): number {
  return pairs.filter(holds).length / pairs.length;
}
