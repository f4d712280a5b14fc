/** The form of a prompt with rules that a program can check. */

/** As a row of IFEval's data (arXiv 2311.07911), so that its checks judge the answer. */
export interface FollowingRow {
  readonly prompt: string;
  /** At least one. */
  readonly instruction_id_list: readonly string[];
  /** What each instruction needs, in the order of the ids. */
  readonly kwargs: readonly Readonly<Record<string, string | number | readonly string[]>>[];
}
