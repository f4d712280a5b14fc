/** Sets our verdicts on the same outputs beside those of the reference's own code, without a model. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { judgedNumbers, judgedTexts, type OutputsWanted } from "./judged-outputs.js";
import { judgeByPeer, type Peer } from "./peer-process.js";

/** As judge_rules.py prints them: null where the reference's own code fails. */
const peerVerdicts = z.array(
  z.tuple([z.string(), z.record(z.string(), z.union([z.string(), z.boolean()])).nullable()]),
);

/** How often both sides gave the same verdict. */
export interface RuleCount {
  readonly rule: string;
  /** The verdict rests on another library than the reference's, or is drawn at random there. */
  readonly apart: boolean;
  readonly outputs: number;
  readonly same: number;
  /** The first output on which they differ, with both verdicts. */
  readonly difference: string | undefined;
}

/**
 * One entry a rule, in the order in which they are first met; a rule that is partly judged apart has two. An output on which
 * the reference's code fails is not counted.
 */
export async function countAgreement(peer: Peer, wanted: OutputsWanted): Promise<readonly RuleCount[]> {
  const judged = [...(await judgedNumbers(wanted)), ...(await judgedTexts(wanted))];
  const file = join(wanted.folder, "outputs.jsonl");
  await writeFile(file, judged.map(({ line }) => JSON.stringify(line)).join("\n"));
  const theirs = await judgeByPeer(peer, file);
  const counts = new Map<string, RuleCount>();
  for (const [index, { line, verdicts, apart }] of judged.entries()) {
    const their = peerVerdicts.parse(theirs[index]);
    for (const [place, verdict] of verdicts.entries()) {
      if (their[place]?.[1] === null) continue;
      const one = { rule: verdict[0], apart: apart[place] ?? false };
      const same = isDeepStrictEqual(verdict, their[place]);
      const { outputs = 0, same: sameBefore = 0, difference } = counts.get(JSON.stringify(one)) ?? {};
      counts.set(JSON.stringify(one), {
        ...one,
        outputs: outputs + 1,
        same: sameBefore + (same ? 1 : 0),
        difference: difference ?? (same ? undefined : told(line.output, verdict, their[place])),
      });
    }
  }
  return [...counts.values()];
}

/** Share of the outputs judged alike, of rules that are not counted apart. */
export function sameShare(counts: readonly RuleCount[]): number {
  const exact = counts.filter(({ apart }) => !apart);
  const sum = (pick: (count: RuleCount) => number) => exact.reduce((total, count) => total + pick(count), 0);
  return sum(({ same }) => same) / sum(({ outputs }) => outputs);
}

function told(output: string, ours: unknown, theirs: unknown): string {
  return `${JSON.stringify(output.slice(0, 200))}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
}
