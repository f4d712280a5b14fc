/** The measurements of a round: each is made when a figure first asks for it, and once. */
import { tableLine } from "../figure-table.js";
import { type AnswerPair, gsm8kVerdicts, ifevalVerdicts, pairAnswers, type VerdictForms } from "./answers.js";
import { withoutDrawnLetters } from "./ifeval-rows.js";
import { compareLikelihoods } from "./likelihoods.js";
import { explainPartings, type Parting } from "./peer-process.js";
import { countAgreement, type RuleCount } from "./rules.js";
import {
  type Bench,
  type BothRuns,
  gsm8kOnBothSides,
  ifevalOnBothSides,
  runBoth,
  runBothTwice,
  runTheirs,
  type TwoSided,
} from "./sides.js";

/** How many rows each part takes unless told otherwise, so that all of it takes less than an hour on two quiet cores. */
export const defaultItems = { fiveShot: 40, zeroShot: 40, ifeval: 24, choices: 156, outputs: 5000 } as const;

/** Rows by part. */
export type Items = Readonly<Record<keyof typeof defaultItems, number>>;

/** Most new tokens of an answer to IFEval; the task's own 1,280 would take most of the bench's time. */
const ifevalTokens = 256;

/** A round's measurements. */
export type Round = ReturnType<typeof newRound>;

/** A round in which nothing is measured yet. */
export function newRound(bench: Bench, items: Items) {
  const peerVersions: Record<string, string> = {};
  const notes: string[] = [];
  const pairs = async <Item>({ task }: TwoSided<Item>, runs: readonly BothRuns[], forms: VerdictForms<Item>) => {
    for (const { theirs } of runs) Object.assign(peerVersions, theirs.versions);
    const paired = (await Promise.all(runs.map((run) => pairAnswers(task, run, forms)))).flat();
    for (const { difference, prompt, theirs } of paired) {
      if (difference !== undefined)
        notes.push(`verdicts differ: ${difference}, on ${JSON.stringify({ prompt, theirs })}`);
    }
    return paired;
  };
  const fiveShot = once("GSM8K, 5-shot, before and after a step", async () => {
    const sides = gsm8kOnBothSides(bench, 5, items.fiveShot);
    const runs = await runBothTwice({ ...bench, batchSize: 1 }, sides);
    const seconds = {
      ours: sum(runs.map(({ ours }) => ours.seconds)),
      theirs: sum(runs.map(({ theirs }) => theirs.seconds)),
    };
    for (const [place, { ours, theirs }] of runs.entries()) {
      const [here, there] = [ours.seconds.toFixed(1), theirs.seconds.toFixed(1)];
      notes.push(
        `GSM8K, 5-shot, ${items.fiveShot} rows, ${place === 0 ? "before" : "after"}: ${here} s here, ${there} s by the peer, one at a time`,
      );
    }
    return { runs, pairs: await pairs(sides, runs, gsm8kVerdicts(sides.task)), seconds };
  });
  return {
    /** Versions that the peer told. */
    peerVersions,
    /** What there is to tell beside the figures. */
    notes,
    /** The base model and one after a step of training, five examples before each question; the peer as it comes. */
    fiveShot,
    /** The same by the peer with rows in batches; its seconds for both models. */
    fiveShotBatched: once("GSM8K, 5-shot, the peer in batches", async () => {
      const { peer } = gsm8kOnBothSides(bench, 5, items.fiveShot);
      const seconds: number[] = [];
      for (const { modelFolder } of (await fiveShot()).runs) {
        seconds.push((await runTheirs(bench, modelFolder, peer)).seconds);
      }
      notes.push(
        `GSM8K, 5-shot, the same rows by the peer, ${bench.batchSize} at a time: ${sum(seconds).toFixed(1)} s`,
      );
      return sum(seconds);
    }),
    /** The base model, no examples. */
    zeroShot: once("GSM8K, 0-shot", async () => {
      const sides = gsm8kOnBothSides(bench, 0, items.zeroShot);
      return await pairs(sides, [await runBoth(bench, sides)], gsm8kVerdicts(sides.task));
    }),
    ifeval: once("IFEval", async () => {
      const rows = await withoutDrawnLetters(bench.ifevalFile, bench.folder);
      const sides = ifevalOnBothSides(rows, items.ifeval, ifevalTokens);
      const found = await pairs(sides, [await runBoth(bench, sides)], ifevalVerdicts);
      notes.push(
        `IFEval: ${found.filter(({ ours, theirs }) => ours === theirs).length} of ${found.length} texts the same`,
      );
      return found;
    }),
    likelihoods: once("log-likelihoods", async () => {
      const compared = await compareLikelihoods(bench, items.choices);
      Object.assign(peerVersions, compared.peerVersions);
      notes.push(`log-likelihoods: ${compared.questions} questions, ${compared.sums} sums`);
      return compared;
    }),
    rules: once("rules on hostile outputs", async () => {
      const { peer, ifevalFile, folder } = bench;
      const counts = await countAgreement(peer, { count: items.outputs, seed: 0, ifevalFile, folder });
      notes.push(ruleTable(counts));
      return counts;
    }),
    /** Tells of rows that the sides answered with different texts how sure the model is where they part. */
    async tellPartings(pairs: readonly AnswerPair[]): Promise<void> {
      const differing = pairs.filter(({ ours, theirs }) => ours !== theirs);
      if (differing.length > 0) notes.push(partingTable(await explainPartings(bench.peer, differing)));
    },
  };
}

function ruleTable(counts: readonly RuleCount[]): string {
  const lines = counts.map(({ rule, apart, outputs, same }) =>
    tableLine(`${rule}${apart ? ", apart" : ""}`.padEnd(56), [`${same}`, `${outputs}`]),
  );
  const differences = counts.flatMap(({ difference }) => difference ?? []);
  return [tableLine("".padEnd(56), ["same", "outputs"]), ...lines, ...differences].join("\n");
}

function partingTable(partings: readonly Parting[]): string {
  const lines = partings.map(({ token, margin, alone }, index) =>
    tableLine(`differing text ${index + 1}`, [`${token}`, margin.toExponential(1), alone.join(" and ")]),
  );
  return [tableLine("", ["at token", "margin", "alone as"]), ...lines].join("\n");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function once<Value>(what: string, measure: () => Promise<Value>): () => Promise<Value> {
  let measured: Promise<Value> | undefined;
  return () => {
    if (measured === undefined) {
      console.error(`  ${what} ...`);
      measured = measure();
    }
    return measured;
  };
}
