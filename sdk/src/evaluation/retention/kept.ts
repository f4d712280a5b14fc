/** One figure for what a model kept of what it knew. */
import { judgedPairs } from "../judged-pairs.js";
import type { Interval, TaskComparison, TaskResult } from "../result.js";
import { wilsonInterval95 } from "../statistics/proportion.js";
import { retentionTaskNames } from "./retention.js";

/** What was kept. */
export interface Kept {
  /** Items that the base got right. */
  readonly known: number;
  /** Of these, items that the tuned model gets right as well. */
  readonly kept: number;
  /** kept / known, 0 to 1. */
  readonly share: number;
  /** 95 %, Wilson's. */
  readonly interval95: Interval;
}

/**
 * Of the items of retention-knowledge and retention-following that the base got right (metrics acc and prompt-strict), the
 * share that the tuned model gets right as well; undefined where neither was measured, or the base got none right.
 *
 * It can't see what was learnt in exchange, knowledge that the questions don't ask, or answers that became worse but
 * still pass; and of what the base guessed right by chance some is lost by chance: a model that guesses at random keeps
 * a quarter of it. Drift sees any change, and tells of none whether it matters.
 */
export function keptOf(comparisons: readonly TaskComparison[]): Kept | undefined {
  return keptBetween(
    comparisons.map(({ before }) => before),
    comparisons.map(({ after }) => after),
  );
}

/** The same from the results themselves; a task that was measured once alone does not count. */
export function keptBetween(before: readonly TaskResult[], after: readonly TaskResult[]): Kept | undefined {
  const pairs = before
    .filter(({ task }) => countsForKept({ name: task }))
    .flatMap((result) => {
      const other = after.find(({ task }) => task === result.task);
      return other === undefined ? [] : headlinePairs(result, other);
    });
  const known = pairs.filter(([right]) => right === 1);
  if (known.length === 0) return undefined;
  const kept = known.filter(([, right]) => right === 1).length;
  return { known: known.length, kept, share: kept / known.length, interval95: wilsonInterval95(kept, known.length) };
}

/** Whether a task is one of those that what was kept is counted over: items are right or wrong in them. */
export function countsForKept({ name }: { readonly name: string }): boolean {
  return name === retentionTaskNames.knowledge || name === retentionTaskNames.following;
}

function headlinePairs(before: TaskResult, after: TaskResult): readonly (readonly [number, number])[] {
  const headline = Object.keys(before.metrics)[0] ?? "";
  return judgedPairs(before, after).map((pair) => [
    pair.before.metrics[headline] ?? 0,
    pair.after.metrics[headline] ?? 0,
  ]);
}
