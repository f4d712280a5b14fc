/**
 * Evaluation, step by step: a model on rows of one's own, by a ready rule, by a rule of one's own, and by likelihood. Nothing is
 * trained; it takes a minute or two on two cores once the model is there.
 *
 *     npx tsx examples/evaluate.ts     writes out/evaluate/
 */
import { fileURLToPath } from "node:url";
import {
  Client,
  exact,
  examples,
  type GenerationTask,
  generation,
  multipleChoice,
  pattern,
  perplexity,
  terminalProgress,
} from "midblock";

const heading = (text: string) => console.log(`\n── ${text} ${"─".repeat(Math.max(0, 74 - text.length))}\n`);

await using client = await Client.launch({
  model: "smollm2-135m-instruct",
  onProgress: terminalProgress().launch,
});

// 1. Rows as for training: the last message is the wanted answer. A file would be data: "questions.jsonl".
const questions = examples(
  [
    ["What is the capital of France? Answer with one word.", "Paris"],
    ["What is the capital of Italy? Answer with one word.", "Rome"],
    ["Which colour do blue and yellow make? Answer with one word.", "Green"],
    ["How many days has a week? Answer with a number.", "7"],
  ].map(([question = "", answer = ""]) => ({
    messages: [
      { role: "user" as const, content: question },
      { role: "assistant" as const, content: answer },
    ],
  })),
);

// 2. A rule of one's own, as a task of twenty lines.
const brevity: GenerationTask<string> = {
  kind: "generation",
  name: "brevity",
  rule: { name: "at-most-ten-words", version: "1" },
  maxNewTokens: 48,
  load: async () => ["Describe the sea in at most ten words.", "Describe a tree in at most ten words."],
  prompt: (request) => [{ role: "user", content: request }],
  target: () => "ten words or fewer",
  score: (_, output) => {
    const words = output.split(/\s+/).filter((word) => word !== "").length;
    return { metrics: { brief: words <= 10 ? 1 : 0 }, extracted: `${words} words`, invalid: words === 0 };
  },
};

const evaluation = await client.evaluate({
  tasks: [
    generation({ name: "strict", data: questions, rule: exact({ ignoreCase: true }), maxNewTokens: 24 }),
    generation({ name: "first word", data: questions, rule: pattern(/\w+/), maxNewTokens: 24 }),
    brevity,
    multipleChoice({
      name: "likeliest",
      data: new URL("data/choices.jsonl", import.meta.url),
    }),
    perplexity({ data: ["The sun rose over the hills, and the birds began to sing."] }),
  ],
});

// 3. Every figure with its n, its interval, and what could not be read; then all of it as files.
heading("Results");
console.log(evaluation.summary());
await evaluation.save(fileURLToPath(new URL("../out/evaluate", import.meta.url)));

// 4. Item by item: what was asked, answered, and taken for the answer.
heading("The first task, item by item");
for (const { output, target, extracted, metrics } of evaluation.results[0]?.items ?? []) {
  console.log(JSON.stringify({ target, output, extracted, metrics }));
}
