/** The per-item records as JSON Lines: every answer before and after, and every reply that drift was measured on. */
import type { ItemRecord, TaskComparison, TaskResult } from "../evaluation/result.js";
import type { RunReport } from "./run-report.js";

/**
 * One line an item: `{task, rule, seed, index, cluster, prompt, target, before, after}`, or for drift `{task, rule, index,
 * prompt, reply, ...}`; each with the hashes of the weights that answered.
 */
export function* itemLines(report: Pick<RunReport, "comparisons" | "drift">): Generator<string> {
  for (const comparison of report.comparisons) yield* comparisonLines(comparison);
  for (const [index, item] of (report.drift?.items ?? []).entries()) {
    const { task, rule, weightsHash, adapterHash } = report.drift ?? {};
    yield line({ task, rule, index, ...item, weightsHash, adapterHash: adapterHash ?? null });
  }
}

function* comparisonLines({ task, rule, before, after }: TaskComparison): Generator<string> {
  for (const [position, item] of before.items.entries()) {
    const { index, prompt, target } = item;
    const asked = { task, rule, seed: before.seed ?? null, index, cluster: item.cluster ?? null, prompt, target };
    yield line({ ...asked, before: answer(item, before), after: answer(after.items[position], after) });
  }
}

function answer(item: ItemRecord | undefined, { weightsHash, adapterHash }: Answerer) {
  if (item === undefined) return null;
  const { output, extracted = null, extractions, metrics, weights, invalid, truncated, failure = null } = item;
  const verdict = { metrics, weights, invalid, truncated, failure };
  return { output, extracted, extractions, ...verdict, weightsHash, adapterHash: adapterHash ?? null };
}

type Answerer = Pick<TaskResult, "weightsHash" | "adapterHash">;

function line(record: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(record)}\n`;
}
