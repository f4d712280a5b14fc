/** The per-item records as JSON Lines: every answer, and every reply that drift was measured on. */
import type { EvaluationOutcome } from "../evaluation/evaluate-tasks.js";
import type { DriftResult, ItemRecord, TaskComparison, TaskResult } from "../evaluation/result.js";
import type { RunReport } from "./run-report.js";

/**
 * One line an item: `{task, rule, seed, index, cluster, prompt, target, before, after}`, or for drift `{task, rule, index,
 * prompt, reply, ...}`; each with the hashes of the weights that answered.
 */
export function* itemLines(report: Pick<RunReport, "comparisons" | "drift">): Generator<string> {
  for (const comparison of report.comparisons) yield* comparisonLines(comparison);
  if (report.drift !== undefined) yield* driftLines(report.drift);
}

/** The same of one model: in place of `before` and `after`, one `answer`. */
export function* answerLines({ results, drift }: EvaluationOutcome): Generator<string> {
  for (const result of results) {
    for (const item of result.items) yield line({ ...asked(item, result), answer: answer(item, result) });
  }
  if (drift !== undefined) yield* driftLines(drift);
}

function* comparisonLines({ before, after }: TaskComparison): Generator<string> {
  for (const [position, item] of before.items.entries()) {
    const answers = { before: answer(item, before), after: answer(after.items[position], after) };
    yield line({ ...asked(item, before), ...answers });
  }
}

function* driftLines({ task, rule, items, weightsHash, adapterHash }: DriftResult): Generator<string> {
  for (const [index, item] of items.entries()) {
    yield line({ task, rule, index, ...item, weightsHash, adapterHash: adapterHash ?? null });
  }
}

function asked({ index, prompt, target, cluster }: ItemRecord, { task, rule, seed }: TaskResult) {
  return { task, rule, seed: seed ?? null, index, cluster: cluster ?? null, prompt, target };
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
