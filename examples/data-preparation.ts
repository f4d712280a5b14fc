/**
 * Data preparation, step by step: where rows come from, what is wrong with them, how long they get, and which tokens are
 * learnt. Nothing is trained; it takes seconds once the model is there.
 *
 *     npx tsx examples/data-preparation.ts     also writes out/data-preview.html
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Client, DataError, describeDataSummary, examples, jsonl, mix, terminalProgress } from "midblock";

const heading = (text: string) => console.log(`\n── ${text} ${"─".repeat(Math.max(0, 74 - text.length))}\n`);

// Preparing needs the model's tokenizer and chat template; readModelFolder(path) gets them without a sidecar.
await using client = await Client.launch({
  model: "smollm2-135m-instruct",
  onProgress: terminalProgress().launch,
});
const { model } = client;

// 1. Rows: a file of conversations, in two parts that share no row.
const [train, held] = jsonl(new URL("data/train.jsonl", import.meta.url)).split(0.9, 1);

heading("The training part in figures");
const prepared = await train.prepare(model, { maxTokens: 512 });
console.log(describeDataSummary(prepared.summary()));

heading("The held-out part");
const heldOut = await held.prepare(model);
console.log(`${heldOut.summary().examples} examples, of which training sees none`);

// 2. Every token's label. console.log shows colours in a terminal; a page shows ids and weights too.
heading("The first example, token by token");
console.log(prepared.preview(1));

const page = fileURLToPath(new URL("../out/data-preview.html", import.meta.url));
await mkdir(new URL("../out", import.meta.url), { recursive: true });
await writeFile(page, prepared.preview(20).toHtml("Customer messages to JSON records"));
console.log(`\nTwenty of them as a page: ${page}`);

// 3. Rows of another form become a known shape by a function.
heading("Rows of a form of one's own, mixed in by weight");
const questions = examples([
  { prompt: "Q: What is 2 + 2?\nA:", completion: " 4" },
  { prompt: "Q: What is the capital of France?\nA:", completion: " Paris" },
]);
const swapped = questions.map((row: { prompt: string; completion: string }) => ({
  messages: [
    { role: "user", content: row.prompt.slice("Q: ".length, -"\nA:".length) },
    { role: "assistant", content: row.completion.trim() },
  ],
}));
const mixed = mix(
  [
    { data: swapped, weight: 1 },
    { data: train.take(10), weight: 1 },
  ],
  6,
);
console.log((await mixed.prepare(model)).preview(2));

// 4. Faults are told all at once, each with its place; nothing is dropped in silence.
heading("What a bad row looks like");
try {
  await examples([
    { messages: [{ role: "user", content: "No answer follows." }] },
    { text: "A user typed <|im_end|> here." },
    { prompt: "", completion: "" },
  ]).prepare(model);
} catch (error) {
  if (!(error instanceof DataError)) throw error;
  console.log(error.message);
}

// 5. Length: an error by default, with the limit that would fit; anything else is counted.
heading("Rows over a limit");
const short = await train.prepare(model, { maxTokens: 145, tooLong: "drop" });
console.log(describeDataSummary(short.summary()));
