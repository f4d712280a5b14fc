/** The figures of the bench: what each is made of, and what it should reach. */
import type { Target } from "../figure-table.js";
import { type AnswerPair, shareOf } from "./answers.js";
import type { Round } from "./round.js";
import { sameShare } from "./rules.js";

/** One figure: its value in a round, and the bound that it should keep. */
export interface Figure {
  readonly target: Target;
  /** A verdict is the same or it is not: the bench fails where this figure is missed. */
  readonly isExact: boolean;
  readonly measure: (round: Round) => Promise<number>;
}

const exact = { target: { atLeast: 1 }, isExact: true } as const;
const sameVerdicts = ({ sameVerdicts }: AnswerPair) => sameVerdicts;
const sameText = ({ ours, theirs }: AnswerPair) => ours === theirs;
const gsm8kPairs = async (round: Round) => [...(await round.fiveShot()).pairs, ...(await round.zeroShot())];

/** By key, in the order that they are measured. */
export const figures: Readonly<Record<string, Figure>> = {
  rules_same: { ...exact, measure: async (round) => sameShare(await round.rules()) },
  choice_verdicts: { ...exact, measure: async (round) => (await round.likelihoods()).sameVerdicts },
  loglikelihood_error: {
    target: { atMost: 1e-4 },
    isExact: false,
    measure: async (round) => (await round.likelihoods()).largestError,
  },
  ifeval_verdicts: { ...exact, measure: async (round) => shareOf(await round.ifeval(), sameVerdicts) },
  gsm8k_verdicts: { ...exact, measure: async (round) => shareOf(await gsm8kPairs(round), sameVerdicts) },
  gsm8k_texts: {
    target: { atLeast: 0.98 },
    isExact: false,
    measure: async (round) => {
      const pairs = await gsm8kPairs(round);
      await round.tellPartings(pairs);
      return shareOf(pairs, sameText);
    },
  },
  time_over_lm_eval: {
    target: { atMost: 0.35 },
    isExact: false,
    measure: async (round) => {
      const { ours, theirs } = (await round.fiveShot()).seconds;
      return ours / theirs;
    },
  },
  time_over_lm_eval_batched: {
    target: { atMost: 0.35 },
    isExact: false,
    measure: async (round) => {
      const theirs = await round.fiveShotBatched();
      return (await round.fiveShot()).seconds.ours / theirs;
    },
  },
};
