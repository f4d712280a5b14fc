/** Items that were judged both before and after. */
import type { ItemRecord, TaskResult } from "./result.js";

/** One item, before and after. */
export interface JudgedPair {
  readonly before: ItemRecord;
  readonly after: ItemRecord;
}

/** In the order of the items; one whose rule failed either time has no pair. */
export function judgedPairs(
  before: Pick<TaskResult, "items">,
  after: Pick<TaskResult, "items">,
): readonly JudgedPair[] {
  return before.items.flatMap((item, place): JudgedPair[] => {
    const other = after.items[place];
    if (other === undefined || item.failure !== undefined || other.failure !== undefined) return [];
    return [{ before: item, after: other }];
  });
}
