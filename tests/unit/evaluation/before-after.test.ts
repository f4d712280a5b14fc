import { expect, test } from "@jest/globals";
import { evaluateAfter, evaluateBefore } from "../../../sdk/src/evaluation/before-after.js";
import type { ModelReference } from "../../../sdk/src/evaluation/inference.js";
import type { GenerationTask } from "../../../sdk/src/evaluation/task.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";
import { fakeContext } from "../../support/evaluation-context.js";

const letters: GenerationTask<string> = {
  kind: "generation",
  name: "letters",
  rule: { name: "same", version: "1" },
  maxNewTokens: 5,
  load: async () => ["a", "b", "c", "d", "e", "f", "g", "h"],
  prompt: (letter) => letter,
  target: (letter) => letter.toUpperCase(),
  score: (letter, output) => ({ metrics: { right: output === letter.toUpperCase() ? 1 : 0 } }),
};
const tuned: ModelReference = { kind: "run", runId: "run-1" };
const options = {
  reply: (prompt: string, model: ModelReference) =>
    model.kind === "base" ? prompt.slice(1, 3) : prompt.slice(1).toUpperCase(),
  kl: () => 0.25,
};

test("before and after are paired and drift reuses the base's replies", async () => {
  const tasks = [letters, drift({ prompts: ["one", "two"], maxNewTokens: 3 })];
  const context = fakeContext(options);
  const baseline = await evaluateBefore(tasks, context);
  const copy: typeof baseline = structuredClone(baseline);
  const { comparisons, drift: moved } = await evaluateAfter(tasks, copy, { ...context, model: tuned });
  expect(comparisons).toHaveLength(1);
  expect(comparisons[0]).toMatchObject({ task: "letters", verdict: "better", metrics: { right: { improved: 8 } } });
  expect(comparisons[0]?.before.model).toEqual({ kind: "base" });
  expect(comparisons[0]?.after.model).toEqual(tuned);
  expect(moved?.klPerToken.value).toBeCloseTo(0.25, 12);
});

test("the headlines of all tasks are corrected for their number", async () => {
  const others = ["second", "third"].map((name): GenerationTask<string> => ({ ...letters, name }));
  const tasks = [letters, ...others];
  const context = fakeContext(options);
  const { comparisons } = await evaluateAfter(tasks, await evaluateBefore(tasks, context), {
    ...context,
    model: tuned,
  });
  const own = comparisons[0]?.metrics["right"]?.pValue ?? Number.NaN;
  expect(own).toBeCloseTo(2 / 2 ** 8, 12);
  expect(comparisons.map(({ adjustedPValue }) => adjustedPValue)).toEqual([3 * own, 3 * own, 3 * own]);
});

test("what is known of the very same model is not measured again, the rest is", async () => {
  const moved = drift({ prompts: ["one", "two"], maxNewTokens: 3 });
  const others: GenerationTask<string> = { ...letters, name: "others" };
  const context = fakeContext(options);
  const baseline = await evaluateBefore([letters, others, moved], context);
  const once = await evaluateAfter([letters, moved], baseline, { ...context, model: tuned });
  const known = { results: once.comparisons.map(({ after }) => after), drift: once.drift };
  const asked = [context.inference.generateRequests.length, context.inference.scoreRequests.length];
  const again = await evaluateAfter([letters, others, moved], baseline, { ...context, model: tuned }, known);
  expect([context.inference.generateRequests.length, context.inference.scoreRequests.length]).toEqual([
    (asked[0] ?? 0) + 1,
    asked[1],
  ]);
  expect(again.comparisons.map(({ task }) => task)).toEqual(["letters", "others"]);
  expect(again.drift).toBe(once.drift);
});

test("without a drift task there is no drift", async () => {
  const context = fakeContext(options);
  const baseline = await evaluateBefore([letters], context);
  expect(await evaluateAfter([letters], baseline, { ...context, model: tuned })).toMatchObject({ drift: undefined });
});

test("a faulty list is refused before anything is generated, with every fault", async () => {
  const context = fakeContext(options);
  await expect(evaluateBefore([letters, letters, drift(), drift()], context)).rejects.toMatchObject({
    code: "invalid-options",
    faults: [{ where: "evaluate[1]" }, { where: "evaluate[3]" }],
  });
  expect(context.inference.generateRequests).toEqual([]);
});
