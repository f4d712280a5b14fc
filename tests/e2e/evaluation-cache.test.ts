/** Evaluations that are stopped, go on, and are done again, over the public API, with a real sidecar and the tiny model. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import {
  Client,
  drift,
  type EvaluationOutcome,
  type EvaluationProgress,
  type EvaluationTask,
  exact,
  examples,
  generation,
  jsonl,
  lora,
  type ModelReference,
  midBlock,
  multipleChoice,
  type RunEvent,
} from "../../sdk/src/index.js";
import { rowsSource } from "../support/rows-source.js";
import { startTestSidecar, type TestSidecar } from "../support/test-sidecar.js";

jest.setTimeout(300_000);

const train = jsonl(fileURLToPath(new URL("../../examples/data/train.jsonl", import.meta.url)));
const quick = {
  data: train,
  layers: midBlock(),
  method: lora({ rank: 2 }),
  maxSteps: 1,
  learningRate: 0.01,
  preflight: false,
  retention: false,
} as const;
let sidecar: TestSidecar;
let answers: string;
let client: Client;
let uncached: Client;

// One sidecar for two clients, of which one keeps nothing.
beforeAll(async () => {
  sidecar = await startTestSidecar();
  const { address, token, folder } = sidecar;
  answers = join(folder, "answers");
  client = await Client.connect({ address, token, evaluationCache: { folder: answers } });
  uncached = await Client.connect({ address, token, evaluationCache: false });
});

afterAll(async () => {
  await client?.close();
  await uncached?.close();
  await sidecar?.stop();
});

const numbers = Array.from({ length: 30 }, (_, index) => index);
const words = (changed?: number) =>
  generation({
    name: "words",
    rule: exact(),
    maxNewTokens: 6,
    data: examples(
      numbers.map((n) => ({ prompt: `Say ${n === changed ? "what" : "the word"} ${n}`, completion: "x" })),
    ),
  });
const choices = multipleChoice({
  name: "choices",
  data: rowsSource(numbers.map((n) => ({ question: `What is ${n}?`, choices: ["a word", "a number"], answer: 1 }))),
});

function found({ results, drift: moved }: EvaluationOutcome) {
  return [...results, ...(moved === undefined ? [] : [moved])].map(({ seconds: _, reused: __, ...rest }) => rest);
}

const reusedOf = ({ results }: EvaluationOutcome) => results.map(({ reused }) => reused);

test("a stopped evaluation goes on where it was, and comes to what an undisturbed one does", async () => {
  const stop = new AbortController();
  const stopped = client.evaluate({
    tasks: [words(), choices],
    signal: stop.signal,
    onProgress: ({ task, done }) => {
      if (task === "choices" && done === 11) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ name: "CancelledError" });

  const seen: EvaluationProgress[] = [];
  const outcome = await client.evaluate({ tasks: [words(), choices], onProgress: (progress) => seen.push(progress) });
  const [ofWords, ofChoices] = ["words", "choices"].map((name) => seen.filter(({ task }) => task === name));
  expect(ofWords?.map(({ done, secondsLeft }) => [done, secondsLeft])).toEqual([[30, 0]]);
  const kept = ofChoices?.[0]?.reused ?? 0;
  expect(kept).toBeGreaterThanOrEqual(11);
  expect(kept).toBeLessThan(60);
  // Each event after the first is an answer that the sidecar gave.
  expect(ofChoices).toHaveLength(1 + 60 - kept);
  expect(ofChoices?.at(-1)).toMatchObject({ done: 60, total: 60, secondsLeft: 0 });
  // The time left is told from a twentieth on; a tenth of the answers is more than that of their tokens.
  const told = ofChoices?.slice(1 + Math.ceil((60 - kept) / 10)) ?? [];
  expect(told.filter(({ secondsLeft = -1 }) => !(secondsLeft >= 0))).toEqual([]);
  expect(outcome.results[0]).toMatchObject({ n: 30, reused: 30, weightsHash: client.modelCard.weightsHash });

  const undisturbed = await uncached.evaluate({ tasks: [words(), choices] });
  expect(reusedOf(undisturbed)).toEqual([0, 0]);
  expect(found(outcome)).toEqual(found(undisturbed));

  expect(reusedOf(await client.evaluate({ tasks: [words(7)] }))).toEqual([29]);
});

test("answers are kept by what a checkpoint holds: not for another one, but for the same trained anew", async () => {
  const tasks: readonly EvaluationTask[] = [choices, drift({ prompts: ["One.", "Two."], maxNewTokens: 4 })];
  const run = async (seed: number, key: string): Promise<ModelReference> => {
    const { runId } = await (await client.finetune({ ...quick, seed, key })).result();
    return { kind: "run", runId };
  };
  const first = await client.evaluate({ tasks, model: await run(1, "first") });
  const other = await client.evaluate({ tasks, model: await run(2, "other") });
  const anew = await client.evaluate({ tasks, model: await run(1, "anew") });
  expect([first, other, anew].map(reusedOf)).toEqual([[0], [0], [30]]);
  expect([first, other, anew].map((one) => one.drift?.reused)).toEqual([0, 0, 2]);
  const hashes = [first, other, anew].map(({ results }) => results[0]?.adapterHash);
  expect(hashes[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect([hashes[1] === hashes[0], hashes[2]]).toEqual([false, hashes[0]]);
  const { results, drift: moved } = anew;
  // Of two runs: all but the run's own name is the same.
  const unnamed = ({ results: each, drift: kl }: EvaluationOutcome) => ({
    ...each[0],
    kl,
    model: 0,
    seconds: 0,
    reused: 0,
  });
  expect(results[0]?.model).toMatchObject({ kind: "run", step: 1 });
  expect({ ...unnamed(anew), kl: moved?.klPerToken }).toEqual({ ...unnamed(first), kl: first.drift?.klPerToken });
});

test("a finetune of the same key measures nothing again, and says so", async () => {
  const tasks: readonly EvaluationTask[] = [choices, drift({ prompts: ["One.", "Two."], maxNewTokens: 4 })];
  const finetune = () => client.finetune({ ...quick, key: "twice", seed: 3, evaluate: tasks });
  const { report: first } = await (await finetune()).result();
  const again = await finetune();
  const progress: RunEvent[] = [];
  for await (const event of again) if (event.type === "eval-progress") progress.push(event);
  const result = await again.result();
  expect(result.comparisons[0]).toMatchObject({ n: 30, before: { reused: 30 }, after: { reused: 30 } });
  expect(result.drift?.reused).toBe(2);
  // Of each task one event before and one after, which tells that all is there.
  expect(progress).toMatchObject([
    { phase: "before", task: "choices", done: 60, reused: 60, secondsLeft: 0 },
    { phase: "before", task: "drift", done: 2, reused: 2 },
    { phase: "after", task: "choices", done: 60, reused: 60 },
    { phase: "after", task: "drift", done: 2, reused: 2 },
  ]);
  expect(result.comparisons[0]?.metrics).toEqual(first.comparisons[0]?.metrics);
  expect(result.drift?.klPerToken).toEqual(first.drift?.klPerToken);
  const told = result.summary().replace(/\s+/g, " ");
  expect(told).toContain("not measured again: 30 of 30 items before, 30 of 30 items after, 2 of 2 prompts of drift.");
});

test("damaged files cost time, not truth", async () => {
  const undisturbed = await client.evaluate({ tasks: [words(), choices] });
  for (const name of await readdir(answers)) {
    const bytes = await readFile(join(answers, name));
    for (let place = 300; place < bytes.length; place += 1500) bytes[place] = (bytes[place] ?? 0) ^ 1;
    await writeFile(join(answers, name), bytes.subarray(0, bytes.length - 40));
  }
  const again = await client.evaluate({ tasks: [words(), choices] });
  const [ofWords = 0, ofChoices = 0] = reusedOf(again);
  expect(ofWords + ofChoices).toBeLessThan(60);
  expect(ofWords + ofChoices).toBeGreaterThan(0);
  expect(found(again)).toEqual(found(undisturbed));
  expect(reusedOf(await client.evaluate({ tasks: [words(), choices] }))).toEqual([30, 30]);
});
