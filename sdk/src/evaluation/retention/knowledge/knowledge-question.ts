/** The form of a question of general knowledge. */

/** A question with four choices, one of them right. */
export interface KnowledgeQuestion {
  readonly question: string;
  /** All different, alike in form and length; each can stand after the question as its answer. */
  readonly choices: readonly [string, string, string, string];
  /** Index of the right choice. */
  readonly answer: 0 | 1 | 2 | 3;
}
