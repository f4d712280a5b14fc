import { expect, test } from "@jest/globals";
import type { WatchSettings } from "../../../sdk/src/config/watch-options.js";
import { runKey } from "../../../sdk/src/finetune/run-key.js";
import type { RunSpecification } from "../../../sdk/src/training/run-specification.js";
import { plainRun } from "../../support/plain-run.js";

const specification: RunSpecification = {
  ...plainRun,
  datasetHashes: ["ab"],
  layerPlan: { blocks: [], blockCount: 0, why: "" },
  method: { kind: "full-weights" },
  batchPlan: { steps: [[[0]]] },
  optimizer: {
    learningRate: 1,
    beta1: 0,
    beta2: 0,
    epsilon: 1,
    weightDecay: 0,
    maxGradientNorm: 0,
    schedule: "constant",
    warmupSteps: 0,
    finalLearningRateShare: 0,
    decaySteps: 0,
    eightBit: false,
  },
  seed: 0,
  checkpointEverySteps: 0,
  keepCheckpoints: 1,
  weightsHash: "",
  clientNotes: "",
  stepsTotal: 1,
};
const watch: WatchSettings = {
  everySteps: 5,
  tasks: [],
  figure: "records.exact",
  goal: undefined,
  patience: 2,
  minimumGain: 0,
  keepBest: true,
  leastKept: undefined,
};

test("the same settings have the same key, whatever the notes say", () => {
  const key = runKey("mine", specification, undefined);
  expect(key).toMatch(/^mine:[0-9a-f]{16}$/);
  expect(runKey("mine", { ...specification, clientNotes: "renamed" }, undefined)).toBe(key);
  expect(runKey("mine", { ...specification, seed: 1 }, undefined)).not.toBe(key);
});

test("watching changes the key only where it may end the run, and then by what it ends it", () => {
  const plain = runKey("mine", specification, undefined);
  expect(runKey("mine", specification, { ...watch, patience: undefined })).toBe(plain);
  const ending = runKey("mine", specification, watch);
  expect(ending).not.toBe(plain);
  expect(runKey("mine", specification, { ...watch, keepBest: false })).toBe(ending);
  for (const change of [{ patience: 3 }, { figure: "records.valid" }, { minimumGain: 0.1 }]) {
    expect(runKey("mine", specification, { ...watch, ...change })).not.toBe(ending);
  }
});
