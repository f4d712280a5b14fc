import { describe, expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import type { TaskResult } from "../../../sdk/src/evaluation/result.js";
import { makeResult } from "../../support/make-result.js";

const repeat = (value: number, times: number): number[] => Array.from({ length: times }, () => value);

function compare(before: readonly number[], after: readonly number[]) {
  const comparison = compareResults(makeResult({ right: before }), makeResult({ right: after }));
  const metric = comparison.metrics["right"];
  if (metric === undefined) throw new Error("the metric is missing");
  return { comparison, metric };
}

describe("compareResults", () => {
  test("pairs item by item and counts the flips", () => {
    const { metric } = compare([0, 0, 1, 1, 0], [1, 1, 0, 1, 0]);
    expect(metric).toMatchObject({ improved: 2, worsened: 1, pValue: 1 });
    expect(metric.difference.mean).toBeCloseTo(0.2);
    expect(metric.before.mean).toBeCloseTo(0.4);
    expect(metric.after.mean).toBeCloseTo(0.6);
  });

  test("a large gain is better, a large loss worse", () => {
    const wrong = repeat(0, 60);
    const right = [...repeat(1, 57), ...repeat(0, 3)];
    expect(compare(wrong, right).comparison.verdict).toBe("better");
    expect(compare(right, wrong).comparison.verdict).toBe("worse");
  });

  test("five gains and no loss are not enough, though their interval excludes 0", () => {
    const { metric } = compare(repeat(0, 8), [...repeat(1, 5), ...repeat(0, 3)]);
    expect(metric.difference.interval95[0]).toBeGreaterThan(0);
    expect(metric.pValue).toBeCloseTo(0.0625);
    expect(metric.verdict).toBe("no-difference-shown");
  });

  test("no change is no difference", () => {
    const { metric } = compare([0, 1, 1], [0, 1, 1]);
    expect(metric).toMatchObject({ pValue: 1, verdict: "no-difference-shown" });
    expect(metric.difference.mean).toBe(0);
    expect(metric.difference.interval95[0]).toBeLessThan(0);
    expect(metric.difference.interval95[1]).toBeGreaterThan(0);
  });

  test("from all wrong to all right the difference still has a width", () => {
    const { metric } = compare(repeat(0, 120), repeat(1, 120));
    // As Newcombe's interval of 120 of 120 against 0 of 120.
    expect(metric.difference.interval95[0]).toBeCloseTo(0.9561, 4);
    expect(metric.difference.interval95[1]).toBe(1);
  });

  test("values between 0 and 1 are tested by flips of their signs", () => {
    const few = compare([0.1, 0.2, 0.3, 0.2], [0.5, 0.7, 0.6, 0.8]).metric;
    expect(few).toMatchObject({ test: "permutation", pValue: 2 / 16, improved: 4, worsened: 0 });
    expect(few.difference.interval95[0]).toBeGreaterThan(0);
    expect(few.verdict).toBe("no-difference-shown");
    const more = compare(repeat(0.1, 6), [0.5, 0.7, 0.6, 0.8, 0.4, 0.3]);
    expect(more.metric).toMatchObject({ pValue: 2 / 64, verdict: "better" });
    expect(more.comparison.detectableDifference).toBeUndefined();
  });

  test("tells what so many items can show", () => {
    const { comparison } = compare(repeat(0, 100), [...repeat(1, 4), ...repeat(0, 96)]);
    expect(comparison.verdict).toBe("no-difference-shown");
    expect(comparison.detectableDifference).toBeCloseTo(0.0779, 4);
    expect(compare([0, 1], [1, 0]).comparison.detectableDifference).toBeUndefined();
  });

  test("where less is better, less is better", () => {
    const nats = { goal: "lower", unit: "nats" } as const;
    const before = makeResult({ cost: [2, 3, 4, 5, 2, 2] }, {}, { cost: nats });
    const after = makeResult({ cost: [1, 2, 2, 4, 1, 1] }, {}, { cost: nats });
    expect(compareResults(before, after).metrics["cost"]).toMatchObject({
      improved: 6,
      worsened: 0,
      pValue: 2 / 64,
      verdict: "better",
    });
  });

  test("items count by their weights", () => {
    const weighted = { 0: { weights: { right: 3 } } };
    const comparison = compareResults(makeResult({ right: [0, 1] }, weighted), makeResult({ right: [1, 0] }, weighted));
    expect(comparison.metrics["right"]?.difference.mean).toBeCloseTo((3 - 1) / 4, 12);
    expect(() => compareResults(makeResult({ right: [0, 1] }, weighted), makeResult({ right: [0, 1] }))).toThrow(
      "can't be paired",
    );
  });

  test("an item whose rule failed either time has no pair", () => {
    const failing = (index: number) => ({ [index]: { failure: "odd", metrics: {}, weights: {} } });
    const before = makeResult({ right: [0, 1, 0, 1] }, failing(0));
    const after = makeResult({ right: [1, 1, 1, 0] }, failing(3));
    const comparison = compareResults(before, after);
    expect(comparison).toMatchObject({ n: 2, before: { n: 4, failed: 1 }, after: { n: 4, failed: 1 } });
    expect(comparison.metrics["right"]).toMatchObject({
      improved: 1,
      worsened: 0,
      before: { mean: 0.5 },
      after: { mean: 1 },
    });
    expect(() =>
      compareResults(makeResult({ right: [0, 1] }, failing(0)), makeResult({ right: [0, 1] }, failing(1))),
    ).toThrow(/No item of task "task" was judged both before and after.*1 of 2 items before and 1 after/s);
  });

  test("items in clusters show what their clusters show: copies of an item tell nothing more", () => {
    const before = [0, 0, 1, 0, 1, 0, 0, 1];
    const after = [1, 1, 1, 0, 0, 1, 1, 1];
    const copied = (values: readonly number[], copies: number) => values.flatMap((value) => repeat(value, copies));
    const named = (count: number, copies: number) =>
      Object.fromEntries(
        Array.from({ length: count * copies }, (_, item) => [item, { cluster: `${Math.floor(item / copies)}` }]),
      );
    const compared = (copies: number) =>
      compareResults(
        makeResult({ right: copied(before, copies) }, named(before.length, copies)),
        makeResult({ right: copied(after, copies) }, named(before.length, copies)),
      );
    const [single, copies] = [compared(1), compared(5)];
    const [one, five] = [single.metrics["right"], copies.metrics["right"]];
    expect(copies).toMatchObject({ n: 40, detectableDifference: undefined, verdict: single.verdict });
    expect(five).toMatchObject({ test: "permutation", improved: 20, worsened: 5, pValue: one?.pValue });
    expect(five?.before).toMatchObject({ clusters: 8, mean: one?.before.mean });
    expect(five?.before.standardError).toBeCloseTo(one?.before.standardError ?? Number.NaN, 12);
    expect(five?.difference).toEqual(one?.difference);
    const apart = compareResults(makeResult({ right: copied(before, 5) }), makeResult({ right: copied(after, 5) }));
    expect([single.verdict, apart.verdict]).toEqual(["no-difference-shown", "better"]);
  });

  test("an item that names no cluster is one by itself", () => {
    const named = { 0: { cluster: "a" }, 1: { cluster: "a" } };
    const { metrics } = compareResults(
      makeResult({ right: [0, 1, 0, 1] }, named),
      makeResult({ right: [1, 1, 0, 1] }, named),
    );
    expect(metrics["right"]?.after.clusters).toBe(3);
  });

  test("the headline verdict is the first metric's", () => {
    const before = makeResult({ first: repeat(0, 20), second: repeat(0, 20) });
    const after = makeResult({ first: repeat(0, 20), second: repeat(1, 20) });
    const comparison = compareResults(before, after);
    expect(comparison.verdict).toBe("no-difference-shown");
    expect(comparison.metrics["second"]?.verdict).toBe("better");
  });
});

test.each<[string, Partial<TaskResult>]>([
  ["prompts", { promptHash: "sha256:other" }],
  ["template", { templateHash: "sha256:other" }],
  ["rule version", { rule: { name: "rule", version: "2" } }],
  ["number of items", { n: 3 }],
])("refuses to pair results with another %s", (_, part) => {
  const before = makeResult({ right: [0, 1] });
  expect(() => compareResults(before, { ...before, ...part })).toThrow(/can't be paired/);
});
