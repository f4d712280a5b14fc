/** What an evaluation task is: the prompts, the budget and the rule that judges an answer. One task a file. */
import type { Message } from "../data/datum.js";

/** A rule by name and version. The version changes whenever the same output could be judged otherwise. */
export interface Rule {
  readonly name: string;
  readonly version: string;
}

/** How a metric is read: which way is better, and in what it is counted. A share is from 0 to 1; nats and bits are 0 or more. */
export interface MetricKind {
  readonly goal: "higher" | "lower";
  readonly unit: "share" | "nats" | "bits";
}

/** What a metric is unless its task says otherwise: a share, the more the better. */
export const shareOfItems: MetricKind = { goal: "higher", unit: "share" };

/** The verdict on one answer. */
export interface ItemScore {
  /**
   * Values by metric; for a share from 0 (wrong) to 1 (right). Every item of a task has the same metrics in the same
   * order; the first is the task's headline.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * How much an item's value counts in the task's mean, by metric, above 0; default 1. An item of three instructions, two
   * of them followed, has value 2/3 and weight 3. It must not depend on the model's answer.
   */
  readonly weights?: Readonly<Record<string, number>>;
  /** What each metric's rule took for the answer, where the metrics differ in that. */
  readonly extractions?: Readonly<Record<string, string>>;
  /** What the rule took for the answer; left out where it found none. */
  readonly extracted?: string;
  /** True where no answer could be read from the output. Such items count as wrong and are told apart. */
  readonly invalid?: boolean;
}

/**
 * A task that lets the model answer prompts and judges each answer. A metric of the task is the weighted mean over its items.
 *
 * The functions are methods on purpose: TypeScript then takes a `GenerationTask<Row>` where any task is wanted, which
 * is sound because a task is handed no items but its own.
 */
export interface GenerationTask<Item = unknown> {
  readonly kind: "generation";
  /** Unique among the tasks of one evaluation. */
  readonly name: string;
  readonly rule: Rule;
  /** Of the metrics that aren't shares of which more is better. */
  readonly metricKinds?: Readonly<Record<string, MetricKind>>;
  /** Most new tokens of an answer; a longer one is cut and counted as truncated. */
  readonly maxNewTokens: number;
  /** An answer ends before the first of these; default none. */
  readonly stopStrings?: readonly string[];
  /** What prompts are drawn by, such as their examples; only recorded. */
  readonly seed?: number;
  load(signal?: AbortSignal): Promise<readonly Item[]>;
  /** Messages are rendered by the model's chat template; a string is continued as it stands, after the model's start tokens. */
  prompt(item: Item): readonly Message[] | string;
  /** The wanted answer as people read it. */
  target(item: Item): string;
  /**
   * Which cluster an item is of, where items come in such, as questions on one text do; undefined: it is by itself. Errors,
   * intervals and tests are then by clusters, as if each were one item.
   */
  cluster?(item: Item): string | undefined;
  score(item: Item, output: string): ItemScore | Promise<ItemScore>;
}

/** A text whose likelihood is asked. */
export interface Continuation {
  /** What comes before it: a conversation up to the assistant's turn, or a raw text; "" for nothing but the start tokens. */
  readonly context: readonly Message[] | string;
  readonly text: string;
}

/** How likely a continuation is. */
export interface Likelihood {
  /** Sum over its tokens, in nats; at most 0. */
  readonly logProbability: number;
  /** At least 1. */
  readonly tokens: number;
  /** Each of its tokens is the model's likeliest. */
  readonly isGreedy: boolean;
}

/** A task that asks how likely the model finds given texts, and judges each item by that. Methods as in GenerationTask. */
export interface LikelihoodTask<Item = unknown> {
  readonly kind: "likelihood";
  /**
   * Most new tokens of each window of a long text; the rest of a window is context from before. Default: as many as fit
   * after one token of context, as in lm-evaluation-harness.
   */
  readonly strideTokens?: number;
  /** Unique among the tasks of one evaluation. */
  readonly name: string;
  readonly rule: Rule;
  /** Of the metrics that aren't shares of which more is better. */
  readonly metricKinds?: Readonly<Record<string, MetricKind>>;
  /** What prompts are drawn by; only recorded. */
  readonly seed?: number;
  load(signal?: AbortSignal): Promise<readonly Item[]>;
  /** The question as people read it; looked up in the training data. */
  prompt(item: Item): readonly Message[] | string;
  /** The wanted answer as people read it. */
  target(item: Item): string;
  /**
   * Which cluster an item is of, where items come in such, as questions on one text do; undefined: it is by itself. Errors,
   * intervals and tests are then by clusters, as if each were one item.
   */
  cluster?(item: Item): string | undefined;
  /** At least one. A raw text without context may be longer than the model takes: it is then scored in windows. */
  continuations(item: Item): readonly Continuation[];
  /** Judges the likelihoods of the item's continuations, in their order. */
  score(item: Item, likelihoods: readonly Likelihood[]): ItemScore;
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
export type EvaluationTask = GenerationTask | LikelihoodTask | DriftTask;

const kinds: Readonly<Record<EvaluationTask["kind"], true>> = { generation: true, likelihood: true, drift: true };

/** Whether a value is the `kind` of a task. */
export function isTaskKind(value: unknown): value is EvaluationTask["kind"] {
  return typeof value === "string" && Object.hasOwn(kinds, value);
}

/** Tasks, and suites of them such as `retention()` gives; a suite's tasks take its place. */
export type TaskList = readonly (EvaluationTask | readonly EvaluationTask[])[];
