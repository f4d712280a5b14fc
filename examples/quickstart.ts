/**
 * The main job on a real model: teach the middle of SmolLM2-135M to turn customers' messages into JSON records, and
 * measure what it learnt and what it forgot. About ten minutes on two cores; Ctrl-C stops it, a new start goes on.
 *
 *     npm run quickstart                train, measure, write out/quickstart/
 *     npm run quickstart -- --fresh     train again instead of taking up what an earlier start has done
 */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { CancelledError, Client, interruptSignal, jsonl, jsonRecord, lora, midBlock, terminalProgress } from "midblock";

const output = fileURLToPath(new URL("../out/quickstart", import.meta.url));
const key = process.argv.includes("--fresh") ? `quickstart-${randomUUID()}` : "quickstart";

const signal = interruptSignal();
const terminal = terminalProgress();

try {
  await using client = await Client.launch({
    model: "smollm2-135m-instruct",
    onProgress: terminal.launch,
    signal,
  });

  const run = await client.finetune({
    name: "Customer messages to JSON records",
    key,
    data: jsonl(new URL("data/train.jsonl", import.meta.url)),
    layers: midBlock({ from: 0.2, to: 0.8 }),
    method: lora({ rank: 16 }),
    epochs: 2,
    learningRate: 5e-4,
    // Beside it the retention suite is measured, as in any finetune: what the model kept of what it knew.
    evaluate: [jsonRecord({ data: jsonl(new URL("data/test.jsonl", import.meta.url)), maxNewTokens: 96 })],
    signal,
  });

  await terminal.follow(run);
  const result = await run.result();
  await result.save(output);
  console.log(result.summary({ colour: process.stdout.isTTY }));
} catch (error) {
  if (!(error instanceof CancelledError)) throw error;
  console.log(`\n${error.message}`);
  if (key === "quickstart") console.log("Run `npm run quickstart` again: it goes on from the last checkpoint.");
  process.exitCode = 130;
}
