/** What a file, which is no terminal, gets to see of a launch and a run. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import type { FinetuneRun } from "../../../sdk/src/finetune/finetune-run.js";
import type { RunEvent, UnnumberedEvent } from "../../../sdk/src/finetune/run-event.js";
import { terminalProgress } from "../../../sdk/src/terminal/terminal-progress.js";

function captured() {
  const stream = new PassThrough();
  const output = Object.assign(stream, { isTTY: false }) as unknown as NodeJS.WriteStream;
  return {
    output,
    lines: () =>
      String(stream.read() ?? "")
        .split("\n")
        .slice(0, -1),
  };
}

function runOf(events: readonly UnnumberedEvent[]): FinetuneRun {
  const numbered = events.map((event, index): RunEvent => ({ ...event, sequence: index + 1 }));
  const data = {
    rows: 5,
    examples: 4,
    tokens: 40,
    trainedTokens: 10,
    trainedShare: 0.25,
    longest: 10,
    maxTokens: 10,
    histogram: [],
    dropped: [],
    cut: [],
    keptControlTexts: 0,
    duplicates: { exact: 0, normalised: 0, places: [] },
    contamination: [],
  };
  const run = {
    drawPlan: () => "PLAN",
    data,
    packing: { microBatches: 2, budget: 32, efficiency: 0.625 },
    stepsTotal: 2,
    [Symbol.asyncIterator]: async function* () {
      yield* numbered;
    },
  };
  return run as unknown as FinetuneRun;
}

function step(number: number, unixSeconds: number): UnnumberedEvent {
  const rest = {
    learningRate: 1,
    gradientNorm: 1,
    trainedTokens: 1,
    peakMemoryBytes: 0,
    cachedPrefixTokens: 0,
    baseDivergence: 0,
    joules: undefined,
  };
  return { type: "step-end", unixSeconds, step: number, loss: 1 / number, tokens: 100, seconds: 2, ...rest };
}

function answered(task: string, done: number, secondsLeft?: number, reused = 0): UnnumberedEvent {
  return { type: "eval-progress", unixSeconds: 1, phase: "before", task, done, total: 4, reused, secondsLeft };
}

describe("terminalProgress into a file", () => {
  test("tells the figure of each checkpoint, the best so far, and why a run ended", async () => {
    const { output, lines } = captured();
    const watched = (at: number, value: number): UnnumberedEvent => ({
      type: "eval-end",
      unixSeconds: 3,
      phase: "during",
      step: at,
      seconds: 1,
      items: 4,
      reused: 0,
      metrics: {},
      watched: {
        name: "json-record.exact",
        value,
        kind: { goal: "higher", unit: "share" },
        best: { step: 1, value: 0.9 },
      },
    });
    const progress: UnnumberedEvent = {
      type: "eval-progress",
      unixSeconds: 2.5,
      phase: "during",
      step: 1,
      task: "records",
      done: 1,
      total: 4,
      reused: 0,
      secondsLeft: 0,
    };
    await terminalProgress({ output }).follow(
      runOf([
        step(1, 2),
        progress,
        watched(1, 0.9),
        { type: "run-end", unixSeconds: 4, state: "completed", stepsDone: 1, failure: undefined, reason: "early-stop" },
        progress,
        watched(2, 0.833),
      ]),
    );
    const told = lines().slice(3);
    expect(told.filter((line) => !line.startsWith("training     step"))).toEqual([
      "watched      step 1: json-record.exact 90.0 %, best 90.0 % at 1",
      "training     ended at step 1: early-stop",
      "during       records 1/4  0:00 left",
      "watched      step 2: json-record.exact 83.3 %, best 90.0 % at 1",
    ]);
  });

  test("shows what the sidecar warns of", async () => {
    const { output, lines } = captured();
    const message = "LoRA reaches 30% of the parameters in the planned blocks.";
    await terminalProgress({ output }).follow(
      runOf([{ type: "warning", unixSeconds: 1, code: "experts-not-adapted", message }, step(1, 2)]),
    );
    expect(lines()[3]).toBe(`warning      ${message}`);
  });

  test("tells each stage of a launch once", () => {
    const { output, lines } = captured();
    const { launch } = terminalProgress({ output });
    launch({ stage: "install-torch", elapsedSeconds: 3 });
    launch({ stage: "install-torch", action: "download", package: "torch", elapsedSeconds: 5 });
    launch({ stage: "reading weights", fraction: 0.5 });
    expect(lines()).toEqual(["environment  installing PyTorch (0:03)", "model        reading weights 50 %"]);
  });

  test("follows a run: plan, data, steps with speed and time left, and the end once", async () => {
    const { output, lines } = captured();
    await terminalProgress({ output }).follow(
      runOf([
        step(1, 2),
        step(2, 4),
        { type: "run-end", unixSeconds: 5, state: "completed", stepsDone: 2, failure: undefined, reason: "" },
      ]),
    );
    expect(lines()).toEqual([
      "PLAN",
      "",
      "data         4 examples, 40 tokens, 10 of them learnt; 2 steps, micro-batches 62.5 % full",
      "training     step 1/2  loss 1.0000  50 tokens/s  0:02 left",
      "training     step 2/2  loss 0.5000  50 tokens/s  0:00 left",
    ]);
  });

  test("tells of each task the time left, once that is known, and what was kept from before", async () => {
    const { output, lines } = captured();
    const end = { type: "eval-end", unixSeconds: 9, phase: "before", seconds: 8, metrics: {} } as const;
    await terminalProgress({ output }).follow(
      runOf([
        answered("a", 4, 0, 4),
        answered("b", 1, undefined, 1),
        answered("b", 2, 20, 1),
        { ...end, items: 8, reused: 0 },
        { ...end, items: 8, reused: 5 },
      ]),
    );
    expect(lines().slice(3)).toEqual([
      "before       a 4/4, 4 of them kept from before  0:00 left",
      "before       b 1/4, 1 of them kept from before",
      "before       b 2/4, 1 of them kept from before  0:20 left",
      "before       measured in 0:08",
      "before       measured in 0:08; answers to 5 of 8 items were kept from before",
    ]);
  });

  test("says how a run ended that did not complete", async () => {
    const { output, lines } = captured();
    await terminalProgress({ output }).follow(
      runOf([
        step(1, 2),
        { type: "run-end", unixSeconds: 5, state: "cancelled", stepsDone: 1, failure: undefined, reason: "" },
      ]),
    );
    expect(lines().at(-1)).toBe("training     cancelled at step 1");
  });
});
