import { expect, test } from "@jest/globals";
import { encodeContinuation } from "../../../sdk/src/evaluation/encode-continuation.js";
import { evaluateLikelihoods } from "../../../sdk/src/evaluation/likelihood-runner.js";
import type { LikelihoodTask } from "../../../sdk/src/evaluation/task.js";
import { fakeContext } from "../../support/evaluation-context.js";
import { characterTokenizer } from "../../support/fake-inference.js";

interface Choice {
  readonly question: string;
  readonly choices: readonly string[];
}

const shortest: LikelihoodTask<Choice> = {
  kind: "likelihood",
  name: "shortest",
  rule: { name: "likeliest", version: "1" },
  metricKinds: { cost: { goal: "lower", unit: "nats" } },
  load: async () => [
    { question: "Q1:", choices: [" yes", " no"] },
    { question: "Q2:", choices: [" a", " bb", " ccc"] },
  ],
  prompt: ({ question }) => question,
  target: ({ choices }) => choices[0] ?? "",
  continuations: ({ question, choices }) => choices.map((text) => ({ context: question, text })),
  score: (_, likelihoods) => ({
    metrics: { first: (likelihoods[0]?.tokens ?? 0) <= 2 ? 1 : 0, cost: -(likelihoods[0]?.logProbability ?? 0) },
    weights: { cost: likelihoods.length },
  }),
};

const reply = () => "";
const nothing = { tokenIds: [], from: 0 };

test("scores each item's continuations in order, every token of them and none of the context", async () => {
  const context = fakeContext({ reply });
  const result = await evaluateLikelihoods(shortest, context);
  const [request] = context.inference.scoreRequests;
  expect(request?.klFromBase).toBe(false);
  expect(request?.sequences.map(({ tokenIds, from }) => String.fromCodePoint(...tokenIds.slice(from)))).toEqual([
    " yes",
    " no",
    " a",
    " bb",
    " ccc",
  ]);
  // The fake finds every token 1 nat unlikely: " yes" costs 4, " a" 2; weights 2 and 3.
  expect(result.items.map(({ metrics }) => metrics)).toEqual([
    { first: 0, cost: 4 },
    { first: 1, cost: 2 },
  ]);
  expect(result.metrics["cost"]).toMatchObject({ mean: (2 * 4 + 3 * 2) / 5, kind: { goal: "lower", unit: "nats" } });
  expect(result).toMatchObject({ n: 2, generation: undefined, templateHash: undefined });
  expect(result.items[0]).toMatchObject({ prompt: "Q1:", output: "", target: " yes", weights: { cost: 2 } });
});

test("names every continuation that is empty or too long", async () => {
  const faulty: LikelihoodTask<string> = {
    ...shortest,
    load: async () => ["", "long"],
    prompt: (text) => text,
    target: () => "",
    cluster: () => undefined,
    continuations: (text) => [{ context: text === "" ? "" : "Q", text }],
    score: () => ({ metrics: { right: 1 } }),
  };
  const measuring = evaluateLikelihoods(faulty, fakeContext({ reply }, { maxSequenceTokens: 3 }));
  await expect(measuring).rejects.toMatchObject({
    code: "evaluation-failed",
    faults: [
      { where: "item 1, continuation 1", problem: "has no token" },
      { where: "item 2, continuation 1", problem: "is too long", found: "6 tokens" },
    ],
  });
});

test("white space at the end of a raw context belongs to the continuation", () => {
  const [{ tokenIds, from } = nothing] = encodeContinuation(
    { context: "Answer: ", text: "yes" },
    fakeContext({ reply }),
  );
  expect(String.fromCodePoint(...tokenIds.slice(0, from))).toBe("^Answer:");
  expect(String.fromCodePoint(...tokenIds.slice(from))).toBe(" yes");
});

test("a text that nothing precedes is scored from its first token on", () => {
  const context = { ...fakeContext({ reply }), emptyContextIds: [7, 8] };
  expect(encodeContinuation({ context: "", text: "ab" }, context)).toEqual([{ tokenIds: [7, 8, 97, 98], from: 2 }]);
});

test("a conversation is rendered up to the assistant's turn", () => {
  const context = [{ role: "user" as const, content: "Hi" }];
  const [{ tokenIds, from } = nothing] = encodeContinuation({ context, text: "yes" }, fakeContext({ reply }));
  expect(tokenIds.slice(from)).toEqual(characterTokenizer.encode("yes"));
  expect(String.fromCodePoint(...tokenIds.slice(0, from))).toBe("[user] Hi\n[assistant] ");
});

test("a long text is scored in windows that together score each token once", async () => {
  const text = "abcdefghij";
  const long: LikelihoodTask<string> = {
    ...shortest,
    metricKinds: { cost: { goal: "lower", unit: "nats" } },
    load: async () => [text],
    prompt: () => text,
    target: () => "",
    cluster: () => undefined,
    continuations: () => [{ context: "", text }],
    score: (_, [likelihood]) => ({ metrics: { cost: -(likelihood?.logProbability ?? 0) } }),
  };
  const context = fakeContext({ reply }, { maxSequenceTokens: 4 });
  const result = await evaluateLikelihoods(long, context);
  expect(result.items[0]?.metrics).toEqual({ cost: text.length });
  const [request] = context.inference.scoreRequests;
  const scored = request?.sequences.map(({ tokenIds, from }) => String.fromCodePoint(...tokenIds.slice(from))).join("");
  expect(scored).toBe(text);
});
