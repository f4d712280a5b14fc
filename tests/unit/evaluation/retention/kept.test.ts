import { expect, test } from "@jest/globals";
import { compareResults } from "../../../../sdk/src/evaluation/compare.js";
import { keptOf } from "../../../../sdk/src/evaluation/retention/kept.js";
import { retention } from "../../../../sdk/src/evaluation/retention/retention.js";
import { wilsonInterval95 } from "../../../../sdk/src/evaluation/statistics/proportion.js";
import { makeResult } from "../../../support/make-result.js";

function comparison(task: string, before: readonly number[], after: readonly number[]) {
  return compareResults({ ...makeResult({ right: before }), task }, { ...makeResult({ right: after }), task });
}

test("counts what the base got right and the tuned model still does, over both tasks", () => {
  const kept = keptOf([
    comparison("retention-knowledge", [1, 1, 0, 1], [1, 0, 1, 1]),
    comparison("retention-following", [1, 0], [1, 0]),
    comparison("another", [1, 1], [0, 0]),
  ]);
  expect(kept).toEqual({ known: 4, kept: 3, share: 0.75, interval95: wilsonInterval95(3, 4) });
});

test("an item whose rule failed either time was neither kept nor lost", () => {
  const failed = { 0: { failure: "odd", metrics: {} } };
  const before = { ...makeResult({ right: [1, 1, 1] }), task: "retention-following" };
  const after = { ...makeResult({ right: [1, 1, 0] }, failed), task: "retention-following" };
  expect(keptOf([compareResults(before, after)])).toMatchObject({ known: 2, kept: 1 });
});

test("says nothing where the base got nothing right, or nothing was asked", () => {
  expect(keptOf([comparison("retention-knowledge", [0, 0], [1, 1])])).toBeUndefined();
  expect(keptOf([comparison("another", [1], [1])])).toBeUndefined();
});

test("the suite has its four tasks, whose rows are sound", async () => {
  const tasks = retention();
  expect(tasks.map(({ name }) => name)).toEqual([
    "drift",
    "retention-knowledge",
    "retention-following",
    "retention-language",
  ]);
  const counts = await Promise.all(
    tasks.map(async (task) => (task.kind === "drift" ? 64 : (await task.load()).length)),
  );
  expect(counts).toEqual([64, 156, 71, 12]);
});
