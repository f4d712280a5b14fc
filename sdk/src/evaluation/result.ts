/** What an evaluation found, as plain values: kept in manifests, compared, and drawn by the report. */
import type { ModelReference, Picking } from "./inference.js";
import type { MetricKind, Rule } from "./task.js";

/** A range, low to high. */
export type Interval = readonly [low: number, high: number];

/** One metric over all items of a task. */
export interface MetricSummary {
  readonly kind: MetricKind;
  /** Weighted by the items' weights, which are 1 for most metrics. */
  readonly mean: number;
  /**
   * Sample standard deviation (n - 1) / sqrt(n), as lm-evaluation-harness has it; with weights that of a ratio of means,
   * linearised; of items in clusters by clusters. Undefined for one item or cluster.
   */
  readonly standardError: number | undefined;
  /**
   * 95 %: Wilson where every value is 0 or 1, every weight 1 and every item by itself; else mean +- 1.96 standard errors,
   * cut to what the unit allows; undefined for one item or cluster.
   */
  readonly interval95: Interval | undefined;
  /** How many clusters the items come in; undefined where each is by itself. */
  readonly clusters: number | undefined;
}

/** One judged item. */
export interface ItemRecord {
  readonly index: number;
  /** Exactly what the model was given. */
  readonly prompt: string;
  /** What the model wrote; empty where its likelihoods were asked. */
  readonly output: string;
  readonly target: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** By metric, of those whose weight is not 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** By metric, where the metrics' rules differ in what they take for the answer. */
  readonly extractions: Readonly<Record<string, string>>;
  readonly extracted: string | undefined;
  /** No answer could be read from the output. */
  readonly invalid: boolean;
  /** What the rule threw; it then gave no metrics, and the item counts in none. Undefined where it judged. */
  readonly failure: string | undefined;
  /** Items of one cluster, such as the questions on one text, are not independent; undefined for one by itself. */
  readonly cluster: string | undefined;
  /** The answer reached maxNewTokens and was cut. */
  readonly truncated: boolean;
}

/** How answers were generated. */
export interface GenerationSettings {
  readonly maxNewTokens: number;
  readonly picking: Picking;
  readonly stopTokenIds: readonly number[];
  readonly stopStrings: readonly string[];
}

/** A task measured on one model. */
export interface TaskResult {
  readonly task: string;
  readonly rule: Rule;
  /** Of a run, with the step of the checkpoint. */
  readonly model: ModelReference;
  /** Of the base: "sha256:" and hex. */
  readonly weightsHash: string;
  /** Of the adapter or the changed tensors: "sha256:" and hex; undefined for the base, and where none was recorded. */
  readonly adapterHash: string | undefined;
  /** Items that were asked. */
  readonly n: number;
  /** Items whose answers were kept from an earlier evaluation of the same model, and only judged anew. */
  readonly reused: number;
  /** Answers cut at the token budget. They are scored as they stand. */
  readonly truncated: number;
  /** Answers that the rule could not read. They are scored as wrong. */
  readonly invalid: number;
  /** Items that the rule failed on. They count in no metric, neither as right nor as wrong. */
  readonly failed: number;
  /** In the order the task gives them; the first is the headline. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** In the order of the task's items. */
  readonly items: readonly ItemRecord[];
  /** "sha256:" and hex over all rendered prompts. */
  readonly promptHash: string;
  /** Hash of the chat template; undefined where no prompt was a conversation. */
  readonly templateHash: string | undefined;
  /** Undefined where likelihoods were asked. */
  readonly generation: GenerationSettings | undefined;
  /** What the task draws its prompts by, such as their examples; undefined where nothing is drawn. */
  readonly seed: number | undefined;
  /** Wall time of this evaluation; where items were reused it is not what measuring takes. */
  readonly seconds: number;
}

/** "no-difference-shown" means that the data can't tell the difference from noise, not that there is none. */
export type Verdict = "better" | "worse" | "no-difference-shown";

/** How a paired difference was tested. */
export type PairedTest = "mcnemar-exact" | "permutation";

/** One metric before and after, paired item by item. */
export interface MetricComparison {
  readonly before: MetricSummary;
  readonly after: MetricSummary;
  readonly difference: {
    /** Mean of after - before. */
    readonly mean: number;
    /**
     * 95 %: Newcombe's paired score interval where every value is 0 or 1 and every item by itself, else a paired bootstrap
     * of 10,000 draws of items, or of whole clusters.
     */
    readonly interval95: Interval;
  };
  /**
   * McNemar's where every value is 0 or 1, every weight 1 and every item by itself; else sign flips of the paired
   * differences, or of their sums by cluster.
   */
  readonly test: PairedTest;
  /** Two-sided, of this metric alone. */
  readonly pValue: number;
  /** Items whose value rose. For a 0/1 metric: wrong before, right after. */
  readonly improved: number;
  /** Items whose value fell. */
  readonly worsened: number;
  /**
   * By the interval and p, see `judge`; of a task's headline by the task's `adjustedPValue` instead of `pValue`. The
   * other metrics are judged one by one, not corrected for their number.
   */
  readonly verdict: Verdict;
}

/** A task before and after, paired item by item. */
export interface TaskComparison {
  readonly task: string;
  readonly rule: Rule;
  /** Items that were judged both times; all figures of the comparison are of these. */
  readonly n: number;
  readonly before: TaskResult;
  readonly after: TaskResult;
  /** In the task's order; the first is the headline. */
  readonly metrics: Readonly<Record<string, MetricComparison>>;
  /** p of the headline metric, corrected by Holm's method for the number of tasks that were measured together. */
  readonly adjustedPValue: number;
  /**
   * The smallest true difference of the headline, as a share, that its test finds with 80 % power at 5 %, given how many
   * items turned (see `detectableDifference`); a correction for several tasks raises it further. Undefined where no
   * difference of that many items would be found, and for headlines that are not 0/1 or are weighted.
   */
  readonly detectableDifference: number | undefined;
  /** Verdict of the headline metric, by `adjustedPValue`. */
  readonly verdict: Verdict;
}

/** A ratio estimate with its 95 % interval, from a bootstrap that draws whole prompts. */
export interface RatioSummary {
  readonly value: number;
  readonly interval95: Interval;
}

/** One base reply to a neutral prompt, scored by the tuned model. */
export interface DriftItem {
  readonly prompt: string;
  /** The base model's own greedy reply. */
  readonly reply: string;
  readonly tokens: number;
  /** Sum over the reply of KL(base || tuned), in nats. */
  readonly klSum: number;
  /** Reply tokens that the tuned model would have picked as well. */
  readonly sameTokens: number;
}

/** How far a tuned model moved from its base. The base itself has drift 0 by definition. */
export interface DriftResult {
  readonly task: string;
  readonly rule: Rule;
  /** Nats per token, weighted by tokens. */
  readonly klPerToken: RatioSummary;
  /** Share of reply tokens, 0 to 1, at which the tuned model's likeliest token is the base's. */
  readonly sameToken: RatioSummary;
  readonly weightsHash: string;
  /** Of the tuned model; undefined where none was recorded. */
  readonly adapterHash: string | undefined;
  readonly promptCount: number;
  readonly tokenCount: number;
  /** Prompts whose reply and scores both were kept from earlier evaluations. */
  readonly reused: number;
  readonly items: readonly DriftItem[];
  readonly promptHash: string;
  readonly templateHash: string | undefined;
  readonly maxNewTokens: number;
  /** Wall time of both steps; where prompts were reused it is not what measuring takes. */
  readonly seconds: number;
}
