import { expect, test } from "@jest/globals";
import { evaluateLikelihoods } from "../../../../sdk/src/evaluation/likelihood-runner.js";
import { perplexity } from "../../../../sdk/src/evaluation/tasks/perplexity.js";
import { fakeContext } from "../../../support/evaluation-context.js";
import { rowsSource } from "../../../support/rows-source.js";

const reply = () => "";

test("means are over all tokens, words and bytes of all texts", async () => {
  // The fake finds each token, a character here, 1 nat unlikely.
  const result = await evaluateLikelihoods(perplexity({ data: ["ab cd", "né"] }), fakeContext({ reply }));
  expect(result.metrics["nats-per-token"]?.mean).toBeCloseTo(1, 12);
  expect(result.metrics["nats-per-word"]?.mean).toBeCloseTo(7 / 3, 12);
  expect(result.metrics["bits-per-byte"]?.mean).toBeCloseTo(7 / Math.LN2 / 8, 12);
  expect(result.metrics["bits-per-byte"]?.kind).toEqual({ goal: "lower", unit: "bits" });
});

test("reads texts from rows, and long ones by the stride", async () => {
  const task = perplexity({ data: rowsSource([{ text: "abcdefgh" }]), strideTokens: 2 });
  const context = fakeContext({ reply }, { maxSequenceTokens: 4 });
  const result = await evaluateLikelihoods(task, context);
  expect(result.metrics["nats-per-token"]?.mean).toBeCloseTo(1, 12);
  expect(context.inference.scoreRequests[0]?.sequences.map(({ from }) => from)).toEqual([1, 3, 3]);
});

test("refuses what is no text", async () => {
  await expect(perplexity({ data: rowsSource([{ text: "" }, {}]) }).load()).rejects.toMatchObject({
    faults: [{ where: "(memory):1 text" }, { where: "(memory):2 text" }],
  });
  expect(() => perplexity({ data: [], strideTokens: 0 })).toThrow("faults");
});
