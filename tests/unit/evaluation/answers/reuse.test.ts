/** Tasks whose answers are kept: what is asked of the model, and what comes of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AnswerCache } from "../../../../sdk/src/evaluation/answers/answer-cache.js";
import type { EvaluationProgress } from "../../../../sdk/src/evaluation/context.js";
import { generateBaseReplies, measureDrift } from "../../../../sdk/src/evaluation/drift.js";
import { evaluateLikelihoods } from "../../../../sdk/src/evaluation/likelihood-runner.js";
import { evaluateTask } from "../../../../sdk/src/evaluation/runner.js";
import type { GenerationTask } from "../../../../sdk/src/evaluation/task.js";
import { drift } from "../../../../sdk/src/evaluation/tasks/drift.js";
import { exact } from "../../../../sdk/src/evaluation/tasks/generation/rules.js";
import { multipleChoice } from "../../../../sdk/src/evaluation/tasks/multiple-choice.js";
import { fakeContext } from "../../../support/evaluation-context.js";
import { rowsSource } from "../../../support/rows-source.js";

let folder: string;
let answers: AnswerCache;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-reuse-"));
  answers = new AnswerCache({ folder, maxBytes: 1_000_000 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const words = ["one", "two", "three", "four"];
const rule = exact();
const task: GenerationTask<string> = {
  kind: "generation",
  name: "words",
  rule: rule.rule,
  maxNewTokens: 20,
  load: async () => words,
  prompt: (word) => word,
  target: (word) => word,
  score: (word, output) => rule.score(output, word),
};
const reply = (prompt: string) => (prompt.endsWith("two") ? "no" : prompt.slice(1));

function without<Result extends { readonly seconds: number; readonly reused: number }>(result: Result) {
  const { seconds: _, reused: __, ...rest } = result;
  return rest;
}

describe("kept answers", () => {
  test("are not asked again, and give the same result", async () => {
    const first = fakeContext({ reply }, { answers });
    const fresh = await evaluateTask(task, first);
    const second = fakeContext({ reply: () => "never asked" }, { answers });
    const again = await evaluateTask(task, second);
    expect([fresh.reused, again.reused]).toEqual([0, 4]);
    expect(second.inference.generateRequests).toEqual([]);
    expect(without(again)).toEqual(without(fresh));
  });

  test("an evaluation that was stopped asks the rest alone, and tells how far it is", async () => {
    const stop = new AbortController();
    const stopping = fakeContext(
      { reply },
      {
        answers,
        onProgress: ({ done }) => {
          if (done === 2) stop.abort();
          stop.signal.throwIfAborted();
        },
      },
    );
    await expect(evaluateTask(task, stopping)).rejects.toThrow(/abort/i);
    const seen: EvaluationProgress[] = [];
    const going = fakeContext({ reply }, { answers, onProgress: (progress) => seen.push(progress) });
    const result = await evaluateTask(task, going);
    expect(going.inference.generateRequests.map(({ prompts }) => prompts.length)).toEqual([2]);
    expect(seen.map(({ done, reused, total }) => [done, reused, total])).toEqual([
      [2, 2, 4],
      [3, 2, 4],
      [4, 2, 4],
    ]);
    expect(seen.map(({ secondsLeft }) => secondsLeft === undefined)).toEqual([true, false, false]);
    expect(seen.at(-1)?.secondsLeft).toBe(0);
    expect(result.reused).toBe(2);
    expect(without(result)).toEqual(without(await evaluateTask(task, fakeContext({ reply }))));
  });

  test.each([
    ["another prompt", { ...task, prompt: (word: string) => (word === "one" ? "One" : word) }, 1],
    ["another budget", { ...task, maxNewTokens: 21 }, 4],
    ["another stop string", { ...task, stopStrings: ["."] }, 4],
    ["another rule, which judges the same answers", { ...task, rule: { name: "other", version: "2" } }, 0],
  ])("%s", async (_, changed: GenerationTask<string>, asked) => {
    await evaluateTask(task, fakeContext({ reply }, { answers }));
    const context = fakeContext({ reply }, { answers });
    await evaluateTask(changed, context);
    expect(context.inference.generateRequests.flatMap(({ prompts }) => prompts)).toHaveLength(asked);
  });

  test("are of one model alone, and none are kept of one that is not known by content", async () => {
    await evaluateTask(task, fakeContext({ reply }, { answers }));
    const run = fakeContext({ reply }, { answers, model: { kind: "run", runId: "r", step: 1 } });
    expect((await evaluateTask(task, run)).reused).toBe(0);
    const unknown = fakeContext({ reply }, { answers });
    const identify = async () => ({ ...(await unknown.identify({ kind: "base" })), answersHash: undefined });
    expect((await evaluateTask(task, { ...unknown, identify })).reused).toBe(0);
  });

  test("an item of several continuations is reused where all of them are", async () => {
    const row = { question: "Q", choices: ["a", "b"], answer: 0 };
    const choices = (...rows: object[]) => multipleChoice({ data: rowsSource(rows) });
    const first = fakeContext({ reply }, { answers });
    const fresh = await evaluateLikelihoods(choices(row), first);
    const more = fakeContext({ reply }, { answers });
    const again = await evaluateLikelihoods(choices(row, { ...row, choices: ["a", "c"] }), more);
    expect(more.inference.scoreRequests.map(({ sequences }) => sequences.length)).toEqual([1]);
    expect([fresh.reused, again.reused]).toEqual([0, 1]);
    expect(again.items[0]).toEqual(fresh.items[0]);
  });

  test("drift is reused where reply and score both are", async () => {
    const moved = drift({ prompts: ["x", "y"], maxNewTokens: 5 });
    const measure = async (runId: string) => {
      const context = fakeContext({ reply: () => "abc", kl: () => 0.5 }, { answers });
      const base = await generateBaseReplies(moved, context);
      return measureDrift(moved, base, { ...context, model: { kind: "run", runId } });
    };
    const fresh = await measure("r");
    const again = await measure("r");
    expect([fresh.reused, again.reused, (await measure("other")).reused]).toEqual([0, 2, 0]);
    expect(again.adapterHash).toBe("sha256:r");
    expect(without(again)).toEqual(without(fresh));
  });
});
