import { expect, test } from "@jest/globals";
import { generateBaseReplies, measureDrift } from "../../../sdk/src/evaluation/drift.js";
import type { Inference, ModelReference } from "../../../sdk/src/evaluation/inference.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";
import { fakeContext } from "../../support/evaluation-context.js";
import { characterTokenizer } from "../../support/fake-inference.js";

const tuned: ModelReference = { kind: "run", runId: "run-1" };
const task = drift({ prompts: ["one", "two", "three"], maxNewTokens: 10 });
// Replies of 1, 2 and 10 tokens; "a" has KL 1, every other character 0.1.
const replies: Readonly<Record<string, string>> = { one: "a", two: "bb", three: "abbbbbbbbbbbbb" };
const options = {
  reply: (prompt: string) => replies[/user\] (\w+)/.exec(prompt)?.[1] ?? ""] ?? "",
  kl: (tokenId: number, model: ModelReference) => (model.kind === "base" ? 0 : tokenId === 97 ? 1 : 0.1),
};

test("the mean is weighted by tokens, over the replies alone", async () => {
  const context = fakeContext(options);
  const base = await generateBaseReplies(task, context);
  const result = await measureDrift(task, base, { ...context, model: tuned });
  expect(result).toMatchObject({ promptCount: 3, tokenCount: 13, templateHash: "sha256:plain" });
  expect(result.klPerToken.value).toBeCloseTo((1 + 0.2 + 1 + 0.9) / 13, 12);
  expect(result.sameToken.value).toBeCloseTo(11 / 13, 12);
  expect(result.items.map(({ reply, tokens }) => [reply, tokens])).toEqual([
    ["a", 1],
    ["bb", 2],
    ["abbbbbbbbb", 10],
  ]);
  const [low, high] = result.klPerToken.interval95;
  expect(low).toBeLessThan(result.klPerToken.value);
  expect(high).toBeGreaterThan(result.klPerToken.value);
});

test("base replies are generated once and scored as they were, with KL", async () => {
  const context = fakeContext(options);
  const base = await generateBaseReplies(task, context);
  await measureDrift(task, base, { ...context, model: tuned });
  await measureDrift(task, base, { ...context, model: tuned });
  expect(context.inference.generateRequests).toHaveLength(1);
  expect(context.inference.generateRequests[0]).toMatchObject({ model: { kind: "base" }, maxNewTokens: 10 });
  const prompt = characterTokenizer.encode("[user] one\n[assistant] ");
  expect(context.inference.scoreRequests[1]).toMatchObject({ model: tuned, klFromBase: true });
  expect(context.inference.scoreRequests[1]?.sequences[0]).toEqual({ tokenIds: [...prompt, 97], from: prompt.length });
});

test("an incomplete score is an error, not a smaller mean", async () => {
  const context = fakeContext(options);
  const base = await generateBaseReplies(task, context);
  const withoutKl: Inference = {
    generate: (request) => context.inference.generate(request),
    async *score(request) {
      for await (const score of context.inference.score(request)) yield { ...score, klFromBase: [] };
    },
  };
  await expect(measureDrift(task, base, { ...context, inference: withoutKl, model: tuned })).rejects.toThrow(
    /scored a reply of task "drift" incompletely/,
  );
});

test.each([{ prompts: ["only one"] }, { maxNewTokens: 0 }, { maxNewTokens: 1.5 }])("drift(%j) is refused", (bad) => {
  expect(() => drift(bad)).toThrow(/options it can't use/);
});
