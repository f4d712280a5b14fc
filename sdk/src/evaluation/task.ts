/** What an evaluation task is: the prompts, the budget and the rule that judges an answer. One task a file. */
import type { Message } from "../data/datum.js";

/** A rule by name and version. The version changes whenever the same output could be judged otherwise. */
export interface Rule {
  readonly name: string;
  readonly version: string;
}

/** The verdict on one answer. */
export interface ItemScore {
  /**
   * Values from 0 (wrong) to 1 (right) by metric. Every item of a task has the same metrics in the same order; the
   * first is the task's headline.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /** What the rule took for the answer; left out where it found none. */
  readonly extracted?: string;
  /** True where no answer could be read from the output. Such items count as wrong and are told apart. */
  readonly invalid?: boolean;
}

/**
 * A task that lets the model answer prompts and judges each answer. A metric of the task is the mean over its items.
 *
 * The functions are methods on purpose: TypeScript then takes a `GenerationTask<Row>` where any task is wanted, which
 * is sound because a task is handed no items but its own.
 */
export interface GenerationTask<Item = unknown> {
  readonly kind: "generation";
  /** Unique among the tasks of one evaluation. */
  readonly name: string;
  readonly rule: Rule;
  /** Most new tokens of an answer; a longer one is cut and counted as truncated. */
  readonly maxNewTokens: number;
  /** An answer ends before the first of these; default none. */
  readonly stopStrings?: readonly string[];
  load(signal?: AbortSignal): Promise<readonly Item[]>;
  /** Messages are rendered by the model's chat template; a string is continued as it stands, after the model's start tokens. */
  prompt(item: Item): readonly Message[] | string;
  /** The wanted answer as people read it. */
  target(item: Item): string;
  score(item: Item, output: string): ItemScore | Promise<ItemScore>;
}

/** A task that measures how far the tuned model moved away from its base on prompts outside its training. */
export interface DriftTask {
  readonly kind: "drift";
  readonly name: string;
  readonly rule: Rule;
  readonly prompts: readonly string[];
  /** Most new tokens of a base reply. */
  readonly maxNewTokens: number;
}

/** Any task; a list of them is what `evaluate` takes. */
export type EvaluationTask = GenerationTask | DriftTask;
