/**
 * One round of ours: question and answer rows from a file to a packed plan.
 *
 * Usage: round.ts MODEL_FOLDER ROWS.jsonl MAX_TOKENS SEED. Prints one JSON line. Imports and the reading of the tokenizer
 * are not timed; the caches are those of a fresh process.
 */
import { readModelFolder } from "midblock";
import { planBatches } from "../../../sdk/src/training/batch-plan.js";
import { gsm8k } from "../gsm8k.js";

const [folder = "", rows = "", maxTokens = "", seed = ""] = process.argv.slice(2);
const budget = Number(maxTokens);
const model = await readModelFolder(folder);

const start = performance.now();
const prepared = await gsm8k(rows).prepare(model, { maxTokens: budget });
const encoded = performance.now();
const { lengths } = prepared.datums;
const stepSize = { tokens: budget };
const plan = planBatches({ lengths, epochs: 1, stepSize, maxMicroBatchTokens: budget, seed: Number(seed) });
const seconds = (performance.now() - start) / 1000;

const { examples, tokens, trainedTokens } = prepared.summary();
console.log(
  JSON.stringify({
    seconds,
    encodeSeconds: (encoded - start) / 1000,
    rows: examples,
    tokens,
    trainedTokens,
    packs: plan.steps.length,
    firstIds: prepared.datums.at(0)?.tokenIds,
    firstWeights: prepared.datums.at(0)?.lossWeights,
    rssMb: process.resourceUsage().maxRSS / 1024,
    versions: { node: process.version },
  }),
);
