import { describe, expect, test } from "@jest/globals";
import { readFinetuneOptions } from "../../../sdk/src/config/finetune-options.js";
import { DatumList } from "../../../sdk/src/data/datum-list.js";
import { examples } from "../../../sdk/src/data/examples.js";
import { PreparedDataset } from "../../../sdk/src/data/prepared-dataset.js";
import { RowIndex } from "../../../sdk/src/data/row-index.js";
import { OptionsError } from "../../../sdk/src/errors.js";
import { retention } from "../../../sdk/src/evaluation/retention/retention.js";
import { sampledBlocks } from "../../../sdk/src/layers/layer-schedule.js";
import {
  allBlocks,
  blocks,
  byScore,
  firstBlocks,
  lastBlocks,
  midBlock,
  publishedMask,
  segments,
} from "../../../sdk/src/layers/strategies.js";
import { fullWeights, lora } from "../../../sdk/src/training/methods.js";

const data = examples([{ text: "a" }]);
const task = { kind: "drift", name: "drift", rule: { name: "kl", version: "1" }, prompts: ["a"], maxNewTokens: 4 };

function errorOf(input: unknown): OptionsError {
  try {
    readFinetuneOptions(input);
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error("the options were accepted");
}

function faultsOf(input: object) {
  return errorOf({ data, ...input }).faults;
}

describe("defaults", () => {
  test("fill everything but the data", () => {
    const { key, evaluate, ...settings } = readFinetuneOptions({ data });
    expect(evaluate.map(({ name }) => name)).toEqual(retention().map(({ name }) => name));
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    expect(settings).toEqual({
      data,
      layers: midBlock(),
      method: lora(),
      epochs: 1,
      maxSteps: undefined,
      stepSize: { examples: 8 },
      groupByLength: false,
      maxMicroBatchTokens: 1536,
      optimizer: {
        learningRate: 2e-4,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        maxGradientNorm: 1,
        schedule: "linear",
        finalLearningRateShare: 0,
        warmup: { share: 0.05 },
        decayShare: 0,
        eightBit: false,
      },
      trainNorms: false,
      baseDivergenceWeight: 0,
      maxLossGrowth: 10,
      maxSeconds: 0,
      trainWhilePreparing: false,
      compute: {
        gradientCheckpointing: false,
        compile: false,
        prefixCacheMemoryBytes: 2 ** 30,
        prefixCacheDiskBytes: 2 ** 32,
      },
      seed: 0,
      train: "assistant",
      controlTokens: undefined,
      date: "2024-07-26",
      maxTokens: undefined,
      tooLong: "error",
      noTrainedTokens: "error",
      checkpointEverySteps: 50,
      keepCheckpoints: 2,
      watch: undefined,
      replay: undefined,
      layerSchedule: undefined,
      preflight: true,
      keyGiven: false,
      name: undefined,
      signal: undefined,
    });
  });

  test("give every call a key of its own", () => {
    expect(readFinetuneOptions({ data }).key).not.toBe(readFinetuneOptions({ data }).key);
  });

  test("depend on what is given", () => {
    expect(readFinetuneOptions({ data, method: fullWeights() }).optimizer.learningRate).toBe(2e-5);
    expect(readFinetuneOptions({ data, maxSteps: 10 })).toMatchObject({ epochs: undefined, maxSteps: 10 });
    expect(readFinetuneOptions({ data, maxSteps: 10, epochs: 3 })).toMatchObject({ epochs: 3, maxSteps: 10 });
    expect(readFinetuneOptions({ data, warmupSteps: 3 }).optimizer.warmup).toEqual({ steps: 3 });
  });
});

describe("given options", () => {
  test("are kept as they are, undefined standing for absent", () => {
    const signal = new AbortController().signal;
    const given = {
      data,
      groupByLength: true,
      seed: 2 ** 53 - 1,
      train: () => true,
      controlTokens: "tokens",
      tooLong: "truncate-start",
      noTrainedTokens: "drop",
      key: "k",
      name: "n",
      maxTokens: 99,
      signal,
    };
    expect(readFinetuneOptions({ ...given, epochs: undefined })).toMatchObject({ ...given, epochs: 1 });
    expect(readFinetuneOptions({ data, evaluate: [task], retention: false }).evaluate).toEqual([task]);
    expect(readFinetuneOptions({ data, batchSize: 1 }).stepSize).toEqual({ examples: 1 });
    expect(readFinetuneOptions({ data, batchTokens: 4096 }).stepSize).toEqual({ tokens: 4096 });
  });

  test.each([
    [midBlock({ from: 0, to: 1 })],
    [allBlocks()],
    [firstBlocks(1)],
    [lastBlocks(2)],
    [blocks([0, 5])],
    [segments([0, 8, 0])],
    [publishedMask("01100")],
    [byScore({ name: "x", values: [1, -2.5] }, { keep: 1 })],
  ])("may be the layers %j", (layers) => {
    expect(readFinetuneOptions({ data, layers }).layers).toEqual(layers);
  });

  test.each([[lora({ rankBudget: 9, targets: ["a.b"], dropout: 0.5 })], [fullWeights()]])(
    "may be the method %j",
    (method) => {
      expect(readFinetuneOptions({ data, method }).method).toEqual(method);
    },
  );
});

describe("faults", () => {
  test.each([
    ["epochs", 0],
    ["epochs", 1.5],
    ["maxSteps", -1],
    ["batchSize", "8"],
    ["maxMicroBatchTokens", 0],
    ["learningRate", 0],
    ["learningRate", Number.NaN],
    ["learningRate", Number.POSITIVE_INFINITY],
    ["schedule", "exponential"],
    ["finalLearningRateShare", 1.1],
    ["warmupSteps", -1],
    ["warmupShare", 1],
    ["weightDecay", -0.1],
    ["beta1", 1],
    ["beta2", -0.1],
    ["epsilon", 0],
    ["maxGradientNorm", -1],
    ["seed", 2 ** 53],
    ["seed", null],
    ["maxTokens", 0],
    ["tooLong", "cut"],
    ["checkpointEverySteps", 0.5],
    ["keepCheckpoints", 0],
    ["key", ""],
    ["key", "k".repeat(201)],
    ["name", 5],
    ["signal", {}],
    ["data", "train.jsonl"],
    ["data", { name: "x" }],
    ["layers", "middle"],
    ["layers", { kind: "all" }],
    ["method", { kind: "qlora" }],
    ["evaluate", task],
  ])("tell of %s: %j with found and wanted", (option, value) => {
    const [fault, ...others] = faultsOf({ [option]: value });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ where: expect.stringMatching(`^${option}`), found: expect.any(String) });
    expect(fault?.wanted).not.toMatch(/^$|Invalid/);
  });

  test.each([
    [{ layers: midBlock({ from: -1 }) }, "layers.from", "a number from 0 to 1"],
    [{ layers: firstBlocks(0) }, "layers.count", "a whole number, 1 or more"],
    [{ layers: blocks([1, -1]) }, "layers.indices[1]", "a whole number, 0 or more"],
    [{ layers: segments([0.5]) }, "layers.ranks[0]", "a whole number, 0 or more"],
    [
      { layers: byScore({ name: "x", values: [Number.NaN] }, { keep: 1 }) },
      "layers.scores.values[0]",
      "a finite number",
    ],
    [{ method: lora({ rank: 0 }) }, "method.rank", "a whole number, 1 or more"],
    [{ method: lora({ rank: 1, rankBudget: 2 }) }, "method", "either rank or rankBudget"],
    [{ method: lora({ scale: 0 }) }, "method.scale", "a number above 0"],
    [{ method: lora({ dropout: 1 }) }, "method.dropout", "a number from 0 to below 1"],
    [{ method: lora({ targets: [] }) }, "method.targets", '"all-linear", "attention", "mlp", or a list of names'],
    [{ method: { ...lora(), alpha: 32 } }, "method.alpha", "one of kind, rank"],
    [{ evaluate: [task, { name: "x" }] }, "evaluate[1]", "a task"],
    [{ evaluate: [task, task] }, "evaluate", "tasks with different names"],
    [{ warmupSteps: 1, warmupShare: 0.1 }, "warmupShare", "either warmupSteps or warmupShare"],
    [{ schedule: "constant", finalLearningRateShare: 0.1 }, "finalLearningRateShare", "nothing with schedule"],
    [{ layerSchedule: sampledBlocks({ count: 0, everySteps: 5 }) }, "layerSchedule.count", "a whole number, 1 or more"],
    [{ layerSchedule: "cyclic" }, "layerSchedule", "sampledBlocks() or gradualUnfreezing()"],
  ])("lead into what options hold: %j", (input, where, wanted) => {
    expect(faultsOf(input)).toEqual([expect.objectContaining({ where, wanted: expect.stringContaining(wanted) })]);
  });

  test("stand for each entry of a list, whatever it is", () => {
    const wheres = faultsOf({ evaluate: [null, 5, task] }).map(({ where }) => where);
    expect(wheres).toEqual(["evaluate[0]", "evaluate[1]"]);
  });

  test("suggest the option that was meant", () => {
    expect(faultsOf({ learningrate: 1, epoch: 2, xyzzy: 3 })).toEqual([
      expect.objectContaining({ where: "learningrate", found: "1", wanted: 'did you mean "learningRate"?' }),
      expect.objectContaining({ where: "epoch", found: "2", wanted: 'did you mean "epochs"?' }),
      expect.objectContaining({
        where: "xyzzy",
        found: "3",
        wanted: expect.stringMatching(/^one of data, layers, layerSchedule, method/),
      }),
    ]);
  });

  test("are all told at once, rules over several options included", () => {
    const error = errorOf({
      epochs: 0,
      batchSize: 0,
      method: lora({ rank: 0, rankBudget: 0 }),
      warmupSteps: 1,
      warmupShare: 2,
      nme: 1,
    });
    expect(error.code).toBe("invalid-options");
    expect(error.faults.map(({ where }) => where).sort()).toEqual([
      "batchSize",
      "data",
      "epochs",
      "method",
      "method.rank",
      "method.rankBudget",
      "nme",
      "warmupShare",
      "warmupShare",
    ]);
    expect(error.faults.find(({ where }) => where === "data")).toMatchObject({ problem: "is missing" });
    expect(error.message).toContain("The options of client.finetune have 9 faults.");
  });

  test.each([[undefined], [null], [5], [[]]])("tell of options that are %j", (input) => {
    expect(errorOf(input).faults).toEqual([expect.objectContaining({ where: "options" })]);
  });
});

describe("options about the data", () => {
  test("a step is counted in examples or in tokens, not in both", () => {
    expect(faultsOf({ batchSize: 8, batchTokens: 4096 })).toMatchObject([
      { where: "batchTokens", wanted: "either batchSize or batchTokens" },
    ]);
  });

  test("training while data is prepared needs a number of steps, and data that is not prepared", () => {
    const trainWhilePreparing = true;
    const where = "trainWhilePreparing";
    const wanted = expect.stringContaining("maxSteps and no epochs");
    expect(faultsOf({ trainWhilePreparing })).toMatchObject([{ where, wanted }]);
    expect(faultsOf({ trainWhilePreparing, maxSteps: 5, epochs: 1 })).toMatchObject([{ where, wanted }]);
    expect(readFinetuneOptions({ data, trainWhilePreparing, maxSteps: 5 })).toMatchObject({ trainWhilePreparing });
  });

  test.each(["assistants", 1, null, {}])("what is learnt is a known rule or a function, not %p", (train) => {
    expect(faultsOf({ train })).toMatchObject([
      { where: "train", wanted: expect.stringContaining('"last-assistant"') },
    ]);
  });

  test("control tokens are text or tokens", () => {
    expect(faultsOf({ controlTokens: "keep" })).toMatchObject([
      { where: "controlTokens", wanted: '"text" or "tokens"' },
    ]);
  });

  test("prepared data is taken as it is: what was decided then can't be said again", () => {
    const nothing = { datums: new DatumList(), summary: Object(null), contentHash: "", rows: new RowIndex() };
    const policies = {
      train: "assistant",
      controlTokens: undefined,
      date: "2026-03-14",
      maxTokens: 9,
      tooLong: "error",
      noTrainedTokens: "error",
    } as const;
    const prepared = new PreparedDataset("(memory)", Object(null), policies, nothing);
    expect(readFinetuneOptions({ data: prepared }).data).toBe(prepared);
    expect(faultsOf({ data: prepared, maxTokens: 9 })).toMatchObject([
      {
        where: "data",
        wanted: expect.stringContaining("none of train, controlTokens, date, maxTokens, tooLong, noTrainedTokens"),
      },
    ]);
  });
});
