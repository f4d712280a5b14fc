import { expect, test } from "@jest/globals";
import { readFinetuneOptions } from "../../../sdk/src/config/finetune-options.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { OptionsError } from "../../../sdk/src/errors.js";

const data = examples([{ text: "a" }]);
const taskOf = (name: string) => ({
  kind: "drift" as const,
  name,
  rule: { name: "kl", version: "1" },
  prompts: ["a"],
  maxNewTokens: 4,
});
const task = taskOf("drift");

function faultsOf(input: object) {
  try {
    readFinetuneOptions({ data, ...input });
  } catch (error) {
    if (error instanceof OptionsError) return error.faults.map(({ where }) => where);
    throw error;
  }
  return [];
}

test("defaults: the tasks of evaluate, the first figure, the best checkpoint, no end before the last step", () => {
  const settings = readFinetuneOptions({ data, evaluate: [task], watch: { everySteps: 20 } });
  expect(settings.checkpointEverySteps).toBe(20);
  expect(settings.watch).toEqual({
    everySteps: 20,
    tasks: [task],
    figure: undefined,
    goal: undefined,
    patience: undefined,
    minimumGain: 0,
    keepBest: true,
    leastKept: undefined,
  });
  expect(readFinetuneOptions({ data }).watch).toBeUndefined();
});

test("tasks of its own take the place of those of evaluate", () => {
  const other = taskOf("other");
  const settings = readFinetuneOptions({ data, evaluate: [task], watch: { everySteps: 1, tasks: [other] } });
  expect([settings.evaluate[0], settings.watch?.tasks]).toEqual([task, [other]]);
});

test("it needs tasks, and different tasks need different names", () => {
  expect(faultsOf({ watch: { everySteps: 1 } })).toEqual(["watch.tasks"]);
  expect(faultsOf({ watch: { everySteps: 1, tasks: [] }, evaluate: [] })).toEqual(["watch.tasks"]);
  const evaluate = [task];
  expect(faultsOf({ evaluate, watch: { everySteps: 1, tasks: [taskOf("drift")] } })).toEqual(["watch.tasks"]);
  expect(faultsOf({ evaluate, watch: { everySteps: 1, tasks: [task] } })).toEqual([]);
});

test("what is measured are checkpoints: they are written at every watched step", () => {
  const watch = { everySteps: 20, tasks: [task] };
  expect(faultsOf({ watch, checkpointEverySteps: 10 })).toEqual([]);
  for (const checkpointEverySteps of [0, 15, 40]) {
    expect(faultsOf({ watch, checkpointEverySteps })).toEqual(["checkpointEverySteps"]);
  }
});

test("a function of one's own has no way of its own that is better", () => {
  const watch = { everySteps: 1, tasks: [task], figure: () => 1 };
  expect(faultsOf({ watch })).toEqual(["watch.goal"]);
  expect(faultsOf({ watch: { ...watch, goal: "lower" } })).toEqual([]);
});

test("all faults are told at once", () => {
  const watch = { everySteps: 0, tasks: [task], figure: "", goal: "up", patience: 0, minimumGain: -1, keepBest: 1 };
  expect(faultsOf({ watch }).sort()).toEqual(
    ["everySteps", "figure", "goal", "keepBest", "minimumGain", "patience"].map((name) => `watch.${name}`),
  );
});
