import { describe, expect, test } from "@jest/globals";
import type { DriftResult } from "../../../sdk/src/evaluation/result.js";
import { retention } from "../../../sdk/src/evaluation/retention/retention.js";
import type { EvaluationTask } from "../../../sdk/src/evaluation/task.js";
import { checkFigureName, namedFigures, readFigure } from "../../../sdk/src/evaluation/watched-figure.js";
import { makeResult } from "../../support/make-result.js";

const ratio = (value: number) => ({ value, interval95: [value, value] as const });
const drift: DriftResult = {
  task: "drift",
  rule: { name: "drift", version: "1" },
  klPerToken: ratio(0.25),
  sameToken: ratio(0.75),
  weightsHash: "",
  adapterHash: undefined,
  reused: 0,
  promptCount: 0,
  tokenCount: 0,
  items: [],
  promptHash: "",
  templateHash: undefined,
  maxNewTokens: 1,
  seconds: 0,
};
const outcome = {
  step: 30,
  results: [makeResult({ exact: [1, 0], loss: [2, 4] }, {}, { loss: { goal: "lower", unit: "nats" } })],
  drift,
  kept: undefined,
};

describe("readFigure", () => {
  test("reads a metric by its task's name, with the way that is better", async () => {
    expect(await readFigure("task.loss", outcome)).toEqual({
      name: "task.loss",
      value: 3,
      kind: { goal: "lower", unit: "nats" },
    });
    expect(await readFigure("drift.klPerToken", outcome)).toMatchObject({ value: 0.25, kind: { goal: "lower" } });
    expect(await readFigure("drift.sameToken", outcome)).toMatchObject({ value: 0.75, kind: { goal: "higher" } });
  });

  test("takes the first metric of the first task where none is named", async () => {
    expect(await readFigure(undefined, outcome)).toMatchObject({ name: "task.exact", value: 0.5 });
  });

  test("asks a function, which may take its time", async () => {
    const figure = async ({ step }: { readonly step: number }) => step / 2;
    expect(await readFigure(figure, outcome)).toEqual({ name: "figure", value: 15, kind: undefined });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %p", async (value) => {
    await expect(readFigure(() => value, outcome)).rejects.toMatchObject({
      code: "evaluation-failed",
      found: String(value),
      facts: { step: "30" },
    });
  });

  test("names what there is where the name is none of it", async () => {
    await expect(readFigure("task.exakt", outcome)).rejects.toMatchObject({
      code: "evaluation-failed",
      found: "task.exact, task.loss, drift.klPerToken, drift.sameToken",
    });
  });
});

test("what was kept is a figure where it was measured", async () => {
  const kept = { known: 4, kept: 3, share: 0.75, interval95: [0.3, 0.95] } as const;
  expect(await readFigure("retention.kept", { ...outcome, kept })).toEqual({
    name: "retention.kept",
    value: 0.75,
    kind: { goal: "higher", unit: "share" },
  });
  await expect(readFigure("retention.kept", outcome)).rejects.toMatchObject({ code: "evaluation-failed" });
  const [, questions] = retention();
  const [moved] = retention();
  expect(() => checkFigureName("retention.kept", questions ? [questions] : [])).not.toThrow();
  expect(() => checkFigureName("retention.kept", moved ? [moved] : [])).toThrow("none of the watched tasks");
});

test("all figures have names", () => {
  expect(namedFigures(outcome).map(({ name }) => name)).toEqual([
    "task.exact",
    "task.loss",
    "drift.klPerToken",
    "drift.sameToken",
  ]);
});

test("a name that no task can have is refused before anything is started", () => {
  const rule = { name: "r", version: "1" };
  const tasks: readonly EvaluationTask[] = [{ kind: "drift", name: "drift", rule, prompts: [], maxNewTokens: 1 }];
  expect(() => checkFigureName("drift.klPerToken", tasks)).not.toThrow();
  for (const name of ["drift.kl", "other.exact", "drift"]) {
    expect(() => checkFigureName(name, tasks)).toThrow(/watch\.figure/);
  }
});
