/** What the check of a row knows beside the row. */
import type { TrainRule } from "../conversation/train-rule.js";
import type { WrittenNumber } from "../written-numbers.js";

/** Nothing must be given. */
export interface RowContext {
  /** Which turns are learnt; default "assistant". */
  readonly train?: TrainRule | undefined;
  /** Numbers of the row that have lost how they were written. */
  readonly changedNumbers?: readonly WrittenNumber[] | undefined;
}
