/** The retention suite in a finetune: measured unless told not to, and a limit that ends the run. */
import { expect, test } from "@jest/globals";
import { readFinetuneOptions } from "../../../sdk/src/config/finetune-options.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { OptionsError } from "../../../sdk/src/errors.js";
import { retention } from "../../../sdk/src/evaluation/retention/retention.js";
import { drift } from "../../../sdk/src/evaluation/tasks/drift.js";

const data = examples([{ text: "a" }]);
const suite = ["drift", "retention-knowledge", "retention-following", "retention-language"];
const counted = ["retention-knowledge", "retention-following"];
const own = drift({ prompts: ["a", "b"] });

const settingsOf = (options: object) => readFinetuneOptions({ data, ...options });
const namesOf = (options: object) => settingsOf(options).evaluate.map(({ name }) => name);

function faultsOf(input: object) {
  try {
    settingsOf(input);
  } catch (error) {
    if (error instanceof OptionsError) return error.faults.map(({ where }) => where);
    throw error;
  }
  return [];
}

test("the suite is measured unless told not to, and nothing of it twice", () => {
  expect(namesOf({})).toEqual(suite);
  expect(namesOf({ retention: true })).toEqual(suite);
  expect(namesOf({ retention: false })).toEqual([]);
  expect(namesOf({ evaluate: [retention()] })).toEqual(suite);
  const withOwn = settingsOf({ evaluate: [own] }).evaluate;
  expect([withOwn[0], ...withOwn.slice(1).map(({ name }) => name)]).toEqual([own, ...suite.slice(1)]);
  const other = { ...own, name: "moved" };
  expect(namesOf({ evaluate: [other] })).toEqual(["moved", ...suite.slice(1)]);
  expect(namesOf({ evaluate: [retention()], retention: false })).toEqual(suite);
});

test("its options are those of the suite", () => {
  const following = settingsOf({ retention: { maxNewTokens: 7 } }).evaluate.find(({ name }) => name === counted[1]);
  expect(following).toMatchObject({ maxNewTokens: 7 });
  expect(faultsOf({ retention: "no" })).toEqual(["retention"]);
});

test("checkpoints are watched on the user's own tasks", () => {
  expect(settingsOf({ evaluate: [own], watch: { everySteps: 5 } }).watch?.tasks).toEqual([own]);
});

test("a limit measures what is counted, at checkpoints", () => {
  const limited = settingsOf({ stopWhen: { retention: { below: 0.9 } } });
  expect(limited.watch).toMatchObject({ everySteps: 50, figure: "retention.kept", keepBest: false, leastKept: 0.9 });
  expect(limited.watch?.tasks.map(({ name }) => name)).toEqual(counted);
  expect(limited.watch?.tasks.every((task) => limited.evaluate.includes(task))).toBe(true);
  const often = settingsOf({ stopWhen: { retention: { below: 0.9, everySteps: 20 } } });
  expect([often.watch?.everySteps, often.checkpointEverySteps]).toEqual([20, 20]);
  const written = settingsOf({ stopWhen: { retention: { below: 0.9 } }, checkpointEverySteps: 30 });
  expect([written.watch?.everySteps, written.checkpointEverySteps]).toEqual([30, 30]);
});

test("with watch it is measured at its steps, beside its tasks", () => {
  const both = settingsOf({
    evaluate: [own],
    watch: { everySteps: 5, figure: "drift.klPerToken" },
    stopWhen: { retention: { below: 0.9 } },
  });
  expect(both.watch).toMatchObject({ everySteps: 5, figure: "drift.klPerToken", keepBest: true, leastKept: 0.9 });
  expect(both.watch?.tasks.map(({ name }) => name)).toEqual(["drift", ...counted]);
});

test("what can't be is told, all at once", () => {
  const stopWhen = { retention: { below: 0.9, everySteps: 20 } };
  expect(faultsOf({ stopWhen, retention: false })).toEqual(["retention"]);
  expect(faultsOf({ stopWhen, retention: false, evaluate: [retention()] })).toEqual([]);
  expect(faultsOf({ stopWhen, checkpointEverySteps: 15 })).toEqual(["checkpointEverySteps"]);
  expect(faultsOf({ stopWhen, checkpointEverySteps: 0 })).toEqual(["checkpointEverySteps"]);
  expect(faultsOf({ stopWhen, evaluate: [own], watch: { everySteps: 5 } })).toEqual(["stopWhen.retention.everySteps"]);
  expect(faultsOf({ stopWhen: { retention: { below: 95, everySteps: 0 } } }).sort()).toEqual([
    "stopWhen.retention.below",
    "stopWhen.retention.everySteps",
  ]);
  expect(faultsOf({ stopWhen: {} })).toEqual(["stopWhen.retention"]);
});
