/** The perplexity task: how well does the model foresee given texts? */
import { z } from "zod";
import { sourceOrPath } from "../../config/dataset-options.js";
import { exactObject, text, wholeNumber } from "../../config/option-checks.js";
import { readOptions } from "../../config/read-options.js";
import { spaces } from "../python-text.js";
import type { ItemScore, Likelihood, LikelihoodTask } from "../task.js";
import { readTaskRows, type TaskData } from "../task-rows.js";

/** What the task asks. */
export interface PerplexityOptions {
  /** Rows of `text`, or the texts themselves; a path ends in .jsonl, .parquet, ... */
  readonly data: TaskData | readonly string[];
  /**
   * Most new tokens of each window of a text that is longer than the model takes; the rest of a window is context. Smaller
   * is truer and slower. Default: windows with one token of context, as lm-evaluation-harness has them.
   */
  readonly strideTokens?: number;
  /** Take the first so many; default all. */
  readonly limit?: number;
  /** Default "perplexity". */
  readonly name?: string;
}

const optionsSchema = exactObject({
  data: z.union([sourceOrPath(), z.array(z.string({ error: "a text" }), { error: "a list of texts" }).min(1)], {
    error: "a data source, a path, a URL or a list of texts",
  }),
  strideTokens: wholeNumber(1).optional(),
  limit: wholeNumber(1).optional(),
  name: text(100).optional(),
});

/** One text. */
export interface TextRow {
  readonly text: string;
}

const textRow = z.object({ text: z.string({ error: "a text" }).min(1, { error: "a text that is not empty" }) });

/**
 * Asks for the likelihood of whole texts, each from its first token on.
 *
 * Metrics, all the less the better, as means over all texts together: "bits-per-byte" (over UTF-8 bytes, so that models
 * with other tokens can be compared), "nats-per-token" and "nats-per-word"; the perplexity per token or word is e to the power
 * of it. Words are what white space parts. Sums and counts are those of lm-evaluation-harness's loglikelihood_rolling
 * tasks (word_perplexity, bits_per_byte; lm_eval/api/task.py).
 */
export function perplexity(options: PerplexityOptions): LikelihoodTask<TextRow> {
  const { data, strideTokens, limit, name } = readOptions(optionsSchema, options, "perplexity");
  return {
    kind: "likelihood",
    name: name ?? "perplexity",
    rule: { name: "rolling log-likelihood of lm-evaluation-harness", version: "1" },
    metricKinds: {
      "bits-per-byte": { goal: "lower", unit: "bits" },
      "nats-per-token": { goal: "lower", unit: "nats" },
      "nats-per-word": { goal: "lower", unit: "nats" },
    },
    ...(strideTokens === undefined ? {} : { strideTokens }),
    load: async (signal) =>
      Array.isArray(data) ? textsOf(data).slice(0, limit) : readTaskRows(data, textRow, { limit, signal }),
    prompt: ({ text }) => text,
    target: () => "",
    continuations: ({ text }) => [{ context: "", text }],
    score: scoreText,
  };
}

function textsOf(texts: readonly string[]): readonly TextRow[] {
  return texts.map((one) => ({ text: one }));
}

/** Values per unit, weighted by the units, so that the task's mean is over all units of all texts. */
function scoreText({ text }: TextRow, [likelihood]: readonly Likelihood[]): ItemScore {
  if (likelihood === undefined) throw new RangeError("the text has no likelihood");
  const nats = -likelihood.logProbability;
  const weights = {
    "bits-per-byte": Buffer.byteLength(text, "utf8"),
    "nats-per-token": likelihood.tokens,
    // A text with white space at an end has an empty word there, as in the reference.
    "nats-per-word": text.split(spaces).length,
  };
  return {
    metrics: {
      "bits-per-byte": nats / Math.LN2 / weights["bits-per-byte"],
      "nats-per-token": nats / weights["nats-per-token"],
      "nats-per-word": nats / weights["nats-per-word"],
    },
    weights,
  };
}
