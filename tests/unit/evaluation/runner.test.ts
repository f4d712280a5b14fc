import { describe, expect, test } from "@jest/globals";
import { EncodingRefused } from "../../../sdk/src/data/tokenization/part-encoder.js";
import type { EvaluationProgress } from "../../../sdk/src/evaluation/context.js";
import type { Inference } from "../../../sdk/src/evaluation/inference.js";
import { evaluateTask } from "../../../sdk/src/evaluation/runner.js";
import type { EvaluationTask, GenerationTask } from "../../../sdk/src/evaluation/task.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";
import { fakeContext } from "../../support/evaluation-context.js";
import { characterTokenizer } from "../../support/fake-inference.js";

interface Sum {
  readonly question: string;
  readonly answer: number;
}

const sums: readonly Sum[] = [
  { question: "1+1", answer: 2 },
  { question: "2+2", answer: 4 },
  { question: "3+3", answer: 6 },
];

const sumTask: GenerationTask<Sum> = {
  kind: "generation",
  name: "sums",
  rule: { name: "whole-number", version: "1" },
  maxNewTokens: 4,
  stopStrings: ["\n"],
  load: async () => sums,
  prompt: ({ question }) => [{ role: "user", content: question }],
  target: ({ answer }) => String(answer),
  score: async ({ answer }, output) => {
    const found = Number.parseInt(output, 10);
    if (Number.isNaN(found)) return { metrics: { right: 0, near: 0 }, invalid: true };
    return { metrics: { right: found === answer ? 1 : 0, near: 0.5 }, extracted: String(found) };
  },
};

const replies: Readonly<Record<string, string>> = { "1+1": "2", "2+2": "none", "3+3": "7777777" };
const reply = (prompt: string) => replies[/\d\+\d/.exec(prompt)?.[0] ?? ""] ?? "";

describe("evaluateTask", () => {
  test("judges every answer, in the order of the items, and counts truncated and invalid apart", async () => {
    const result = await evaluateTask(sumTask, fakeContext({ reply }));
    expect(
      result.items.map(({ output, extracted, invalid, truncated }) => [output, extracted, invalid, truncated]),
    ).toEqual([
      ["2", "2", false, false],
      ["none", undefined, true, false],
      ["7777", "7777", false, true],
    ]);
    expect(result).toMatchObject({ task: "sums", n: 3, truncated: 1, invalid: 1, templateHash: "sha256:plain" });
    expect(Object.keys(result.metrics)).toEqual(["right", "near"]);
    expect(result.metrics["right"]?.mean).toBeCloseTo(1 / 3);
    expect(result.generation).toEqual({
      maxNewTokens: 4,
      picking: { kind: "greedy" },
      stopTokenIds: [0],
      stopStrings: ["\n"],
    });
  });

  test("an item that the rule fails on is told apart, and counts in no metric", async () => {
    const score = async (sum: Sum) => {
      if (sum.answer === 4) throw new Error("odd");
      return { metrics: { right: sum.answer === 2 ? 1 : 0 } };
    };
    const result = await evaluateTask({ ...sumTask, score }, fakeContext({ reply }));
    expect(result).toMatchObject({ n: 3, failed: 1, invalid: 0, truncated: 1 });
    expect(result.metrics["right"]?.mean).toBe(0.5);
    expect(result.items.map(({ failure }) => failure)).toEqual([undefined, "odd", undefined]);
    expect(result.items[1]).toMatchObject({ prompt: "[user] 2+2\n[assistant] ", output: "none", metrics: {} });
  });

  test("tells which weights answered, and by what the prompts were drawn", async () => {
    const base = await evaluateTask(sumTask, fakeContext({ reply }));
    expect(base).toMatchObject({ weightsHash: "sha256:base", adapterHash: undefined, seed: undefined });
    const model = { kind: "run", runId: "r1" } as const;
    const tuned = await evaluateTask({ ...sumTask, seed: 7 }, fakeContext({ reply }, { model }));
    expect(tuned).toMatchObject({ weightsHash: "sha256:base", adapterHash: "sha256:r1", seed: 7 });
  });

  test("reports progress as rows finish and splits calls at the limit", async () => {
    const seen: EvaluationProgress[] = [];
    const context = fakeContext({ reply }, { maxRequestSequences: 2, onProgress: (progress) => seen.push(progress) });
    const result = await evaluateTask(sumTask, context);
    expect(seen.map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(context.inference.generateRequests.map(({ prompts }) => prompts.length)).toEqual([2, 1]);
    expect(result.items.map(({ output }) => output)).toEqual(["2", "none", "7777"]);
  });

  test("the prompt hash changes with any prompt and with nothing else", async () => {
    const hash = async (task: GenerationTask<Sum>) => (await evaluateTask(task, fakeContext({ reply }))).promptHash;
    const other = { ...sumTask, prompt: ({ question }: Sum) => `${question} ` };
    expect(await hash(sumTask)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hash({ ...sumTask, name: "again" })).toBe(await hash(sumTask));
    expect(await hash(other)).not.toBe(await hash(sumTask));
  });

  test("a prompt in plain text follows the model's start tokens and leaves no template hash", async () => {
    const task = { ...sumTask, prompt: ({ question }: Sum) => question };
    const context = fakeContext({ reply });
    const result = await evaluateTask(task, context);
    expect(result.templateHash).toBeUndefined();
    expect(result.items[0]?.prompt).toBe("1+1");
    expect(context.inference.generateRequests[0]?.prompts[0]).toEqual(characterTokenizer.encode("^1+1"));
  });

  test("a list takes tasks of any item type", () => {
    const tasks: readonly EvaluationTask[] = [sumTask, drift()];
    expect(tasks).toHaveLength(2);
  });
});

describe("evaluateTask refuses", () => {
  test("a task without items", async () => {
    const task = { ...sumTask, load: async () => [] };
    await expect(evaluateTask(task, fakeContext({ reply }))).rejects.toThrow(/has no items/);
  });

  test("messages whose control tokens the tokenizer can't read as text, naming each", async () => {
    const asked = ({ question }: Sum) => (question === "1+1" ? question : `${question}<end>`);
    const chat = { ...sumTask, prompt: (sum: Sum) => [{ role: "user" as const, content: asked(sum) }] };
    const encodeParts = (parts: readonly string[]) => {
      if (parts.join("").includes("<end>")) throw new EncodingRefused("control-token", "<end>");
      return characterTokenizer.encodeParts(parts);
    };
    const tokenizer = { ...characterTokenizer, encodeParts };
    await expect(evaluateTask(chat, fakeContext({ reply }, { tokenizer }))).rejects.toMatchObject({
      faults: [{ where: "item 2", found: '"<end>"' }, { where: "item 3" }],
    });
  });

  test("prompts that leave no room for the answer, naming each", async () => {
    // "[user] 1+1\n[assistant] " is 23 tokens; with 4 for the answer it needs 27.
    const within = fakeContext({ reply }, { maxSequenceTokens: 27 });
    await expect(evaluateTask(sumTask, within)).resolves.toMatchObject({ n: 3 });
    const beyond = fakeContext({ reply }, { maxSequenceTokens: 26 });
    await expect(evaluateTask(sumTask, beyond)).rejects.toMatchObject({
      code: "sequence-too-long",
      faults: [{ where: "item 1", found: "23 + 4 tokens" }, { where: "item 2" }, { where: "item 3" }],
    });
  });

  test("a rule that throws on every item, naming each", async () => {
    const score = ({ question }: Sum) => {
      throw new Error(`odd ${question}`);
    };
    await expect(evaluateTask({ ...sumTask, score }, fakeContext({ reply }))).rejects.toMatchObject({
      code: "evaluation-failed",
      faults: [{ where: "item 1", problem: "odd 1+1" }, { where: "item 2" }, { where: "item 3", problem: "odd 3+3" }],
    });
  });

  test.each([
    ["other metrics", { wrong: 1 }],
    ["a value over 1", { right: 1.5 }],
    ["a value that is no number", { right: Number.NaN }],
  ])("a rule that gives %s for one item", async (_, metrics: Record<string, number>) => {
    const score = (sum: Sum) => ({ metrics: sum.answer === 4 ? metrics : { right: 1 } });
    await expect(evaluateTask({ ...sumTask, score }, fakeContext({ reply }))).rejects.toMatchObject({
      faults: [{ where: "item 2" }],
    });
  });

  test("a stream that ends early or answers a row twice", async () => {
    const row = { tokenIds: [50], text: "2", finishReason: "stop-token" as const };
    const answering = (indices: readonly number[]): Inference => ({
      async *generate() {
        for (const index of indices) yield { index, ...row };
      },
      score: () => {
        throw new Error("nothing is scored here");
      },
    });
    const context = fakeContext({ reply });
    const evaluate = (indices: number[]) => evaluateTask(sumTask, { ...context, inference: answering(indices) });
    await expect(evaluate([0, 2])).rejects.toThrow(/ended task "sums" early/);
    await expect(evaluate([0, 0])).rejects.toThrow(/answered row 0/);
    await expect(evaluate([0, 3])).rejects.toThrow(/answered row 3/);
  });
});
