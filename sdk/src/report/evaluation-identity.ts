/** What tells whether two evaluations are of the same things, as names and values. */
import { statisticsSeed } from "../evaluation/statistics/seed.js";
import type { RunReport } from "./run-report.js";

/** Hash of the weights that were measured after training, hashes and seeds of prompts, and the seed of the statistics. */
export function evaluationIdentity({
  comparisons,
  drift,
}: Pick<RunReport, "comparisons" | "drift">): readonly (readonly [name: string, value: string])[] {
  const measured = comparisons[0]?.after ?? drift;
  if (measured === undefined) return [];
  return [
    ["Trained weights that were measured", measured.adapterHash ?? "not recorded"],
    ...comparisons.flatMap(({ task, before }) => [
      [`Prompts of ${task}`, before.promptHash] as const,
      ...(before.seed === undefined ? [] : [[`Seed of the prompts of ${task}`, `${before.seed}`] as const]),
    ]),
    ...(drift === undefined ? [] : [[`Prompts of ${drift.task}`, drift.promptHash] as const]),
    ["Seed of bootstraps and permutation tests", `${statisticsSeed}`],
  ];
}
