/** The per-item records as JSON Lines: every answer before and after, and every reply that drift was measured on. */
import type { ItemRecord, TaskComparison } from "../evaluation/result.js";
import type { RunReport } from "./run-report.js";

/** One line an item: `{task, index, prompt, target, before, after}`, or for drift `{task, index, prompt, reply, ...}`. */
export function* itemLines(report: Pick<RunReport, "comparisons" | "drift">): Generator<string> {
  for (const comparison of report.comparisons) yield* comparisonLines(comparison);
  for (const [index, item] of (report.drift?.items ?? []).entries()) {
    yield line({ task: report.drift?.task, index, ...item });
  }
}

function* comparisonLines({ task, before, after }: TaskComparison): Generator<string> {
  for (const [position, item] of before.items.entries()) {
    const { index, prompt, target } = item;
    yield line({ task, index, prompt, target, before: answer(item), after: answer(after.items[position]) });
  }
}

function answer(item: ItemRecord | undefined) {
  if (item === undefined) return null;
  const { output, extracted, extractions, metrics, weights, invalid, truncated } = item;
  return { output, extracted: extracted ?? null, extractions, metrics, weights, invalid, truncated };
}

function line(record: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(record)}\n`;
}
