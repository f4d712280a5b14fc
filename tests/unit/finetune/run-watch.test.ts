/** Watching a run whose checkpoints and figures are scripted. */
import { describe, expect, test } from "@jest/globals";
import type { WatchSettings } from "../../../sdk/src/config/watch-options.js";
import { EventLog } from "../../../sdk/src/finetune/event-log.js";
import type { RunEvent } from "../../../sdk/src/finetune/run-event.js";
import { earlyStop, RunWatch } from "../../../sdk/src/finetune/run-watch.js";
import type { TrainingEvent } from "../../../sdk/src/training/run-event.js";
import type { RunRecord } from "../../../sdk/src/training/run-record.js";
import { all } from "../../support/all.js";
import { makeResult } from "../../support/make-result.js";
import { plainRun } from "../../support/plain-run.js";

const runId = "r1";
const settings: WatchSettings = {
  everySteps: 10,
  tasks: [],
  figure: "task.exact",
  goal: undefined,
  patience: undefined,
  minimumGain: 0,
  keepBest: true,
  leastKept: undefined,
};

/** A sidecar that has the checkpoints it was given, and notes what it is asked. */
class ScriptedRun {
  readonly checkpoints = new Set<number>();
  readonly finished: string[] = [];
  readonly failures: unknown[] = [];
  readonly measured: number[] = [];
  readonly log = new EventLog();
  readonly watch: RunWatch;
  /** Done once, while the first checkpoint that goes is being removed. */
  duringRemoval: (() => void) | undefined;

  constructor(values: Readonly<Record<number, number>>, changes: Partial<WatchSettings> = {}, keepCheckpoints = 1) {
    this.watch = new RunWatch({
      bridge: {
        getRun: async () => this.#record(),
        finishRun: async (_, reason) => {
          this.finished.push(reason);
          return this.#record();
        },
        removeCheckpoint: async (_, step) => {
          if (step === Math.max(...this.checkpoints)) throw new Error("the newest checkpoint stays");
          this.checkpoints.delete(step);
          this.duringRemoval?.();
          this.duringRemoval = undefined;
          return this.#record();
        },
      },
      log: this.log,
      settings: { ...settings, ...changes },
      keepCheckpoints,
      measure: async (_, step) => {
        this.measured.push(step);
        const value = values[step] ?? Number.NaN;
        const kept = { known: 1000, kept: 1000 * value, share: value, interval95: [value, value] } as const;
        return { results: [makeResult({ exact: [value] })], drift: undefined, step, kept };
      },
      onFailure: (error) => this.failures.push(error),
    });
  }

  saves(...steps: readonly number[]): void {
    for (const step of steps) {
      this.checkpoints.add(step);
      this.tells({ type: "checkpoint-saved", checkpoint: { step, bytes: 1, unixSeconds: 0 } });
    }
  }

  ends(stepsDone: number, reason = ""): void {
    this.tells({ type: "run-end", state: "completed", stepsDone, failure: undefined, reason });
  }

  tells(event: { readonly [key: string]: unknown } & Pick<TrainingEvent, "type">): void {
    // The parts that all events have.
    this.watch.take({ sequence: 1, unixSeconds: 0, ...event } as TrainingEvent, runId);
  }

  async events(): Promise<readonly RunEvent[]> {
    this.log.close();
    return all(this.log.read());
  }

  #record(): RunRecord {
    const checkpoints = [...this.checkpoints].map((step) => ({ step, bytes: 1, unixSeconds: 0 }));
    const specification = { ...plainRun, datasetHashes: [], clientNotes: "" };
    // Of a record, watching reads the checkpoints alone.
    return { runId, state: "running", checkpoints, specification } as unknown as RunRecord;
  }
}

describe("RunWatch", () => {
  test("measures each watched step and the last one, and tells the best", async () => {
    const run = new ScriptedRun({ 10: 0.2, 20: 0.9, 25: 0.5 });
    run.saves(5, 10, 15, 20, 25);
    run.ends(25);
    const outcome = await run.watch.outcome();
    expect(run.measured).toEqual([10, 20, 25]);
    expect(outcome?.report).toMatchObject({
      figure: "task.exact",
      goal: "higher",
      unit: "share",
      best: { step: 20, value: 0.9 },
      keepsBest: true,
      resultStep: 20,
      retention: undefined,
      endedBecause: undefined,
    });
    expect(outcome?.report.steps.map(({ step, value }) => [step, value])).toEqual([
      [10, 0.2],
      [20, 0.9],
      [25, 0.5],
    ]);
    expect(outcome?.result).toMatchObject({ step: 20, results: [{ metrics: { exact: { mean: 0.9 } } }] });
    expect(run.finished).toEqual([]);
  });

  test("keeps the best checkpoint and the newest ones alone", async () => {
    const run = new ScriptedRun({ 10: 0.2, 20: 0.9, 30: 0.5, 40: 0.6, 50: 0.7 }, {}, 2);
    run.saves(5, 10, 20, 30, 40, 45, 50);
    run.ends(50);
    await run.watch.outcome();
    expect([...run.checkpoints]).toEqual([20, 45, 50]);
  });

  test("a checkpoint that is saved while another is removed stays", async () => {
    const run = new ScriptedRun({}, {}, 2);
    run.duringRemoval = () => run.saves(11, 13);
    run.saves(5, 7, 9);
    await run.watch.outcome();
    // outcome() waits for the work that it finds; what was asked for meanwhile comes after it.
    await run.watch.outcome();
    expect(run.failures).toEqual([]);
    expect([...run.checkpoints]).toEqual([11, 13]);
  });

  test("without keepBest the best one goes as the others do", async () => {
    const run = new ScriptedRun({ 10: 0.9, 20: 0.2, 30: 0.5 }, { keepBest: false });
    run.saves(10, 20, 30);
    run.ends(30);
    expect((await run.watch.outcome())?.report).toMatchObject({ best: { step: 10 }, keepsBest: false });
    expect([...run.checkpoints]).toEqual([30]);
  });

  test("ends the run once patience is at its end, and measures nothing that was saved after", async () => {
    const run = new ScriptedRun({ 10: 0.5, 20: 0.5, 30: 0.4, 40: 1 }, { patience: 2 });
    run.saves(10, 20, 30, 40, 47);
    run.ends(47, earlyStop);
    const outcome = await run.watch.outcome();
    expect(run.measured).toEqual([10, 20, 30]);
    expect(run.finished).toEqual(["early-stop"]);
    expect(outcome?.report).toMatchObject({
      best: { step: 10 },
      endedBecause: "task.exact gained nothing in 2 evaluations after step 10",
    });
    expect([...run.checkpoints]).toEqual([10, 47]);
  });

  test("what an earlier client removed is passed over", async () => {
    const run = new ScriptedRun({ 20: 0.9, 30: 0.5 });
    run.saves(10, 20, 30);
    run.checkpoints.delete(10);
    run.ends(30);
    expect((await run.watch.outcome())?.report.best.step).toBe(20);
    expect(run.measured).toEqual([20, 30]);
  });

  test("a run that goes on from an earlier checkpoint has lost the later ones", async () => {
    const run = new ScriptedRun({ 10: 0.9, 20: 0.2 });
    run.saves(10, 20);
    await run.watch.outcome();
    run.checkpoints.clear();
    run.checkpoints.add(10);
    run.tells({ type: "run-start", fromStep: 10 });
    run.saves(15);
    expect(await run.watch.outcome()).toBeDefined();
    expect([run.failures, [...run.checkpoints]]).toEqual([[], [10, 15]]);
  });

  test("a figure that is no number is a failure, and the last thing that is measured", async () => {
    const figure = ({ step }: { readonly step: number }) => (step === 20 ? Number.NaN : 1);
    const run = new ScriptedRun({ 10: 0.5, 20: 0.5, 30: 0.5 }, { figure, goal: "higher" });
    run.saves(10, 20, 30);
    expect(await run.watch.outcome()).toBeUndefined();
    expect(run.measured).toEqual([10, 20]);
    expect(run.failures).toMatchObject([{ code: "evaluation-failed", facts: { step: "20" } }]);
  });

  test("each evaluation is told with its step, its figure and the best so far", async () => {
    const run = new ScriptedRun({ 10: 0.5, 20: 0.25 });
    run.saves(10, 20);
    await run.watch.outcome();
    const told = (await run.events()).filter(({ type }) => type === "eval-end");
    expect(told).toMatchObject([
      { phase: "during", step: 10, watched: { name: "task.exact", value: 0.5, best: { step: 10, value: 0.5 } } },
      { phase: "during", step: 20, watched: { value: 0.25, best: { step: 10, value: 0.5 } } },
    ]);
  });
});

describe("a limit to what is forgotten", () => {
  const limit = { figure: "retention.kept", keepBest: false, leastKept: 0.95 } as const;

  test("ends the run at the first checkpoint that kept less; the last before it stays and is the result", async () => {
    const run = new ScriptedRun({ 10: 1, 20: 0.96, 30: 0.94, 40: 0.99 }, limit);
    run.saves(10, 20, 30, 40);
    const outcome = await run.watch.outcome();
    expect(run.measured).toEqual([10, 20, 30]);
    expect(run.finished).toEqual(["retention-below"]);
    expect([...run.checkpoints]).toEqual([20, 40]);
    expect(outcome?.result?.step).toBe(20);
    expect(outcome?.report).toMatchObject({
      resultStep: 20,
      retention: { leastKept: 0.95, brokenAt: 30, resultKeepsIt: true },
      endedBecause: "it kept 94.0\u00a0% of what its base knew at step 30, less than 95.0\u00a0%",
    });
    const told = (await run.events()).filter(({ type }) => type === "retention-below");
    expect(told).toMatchObject([{ step: 30, kept: { share: 0.94 }, leastKept: 0.95 }]);
    run.ends(40, "retention-below");
    await run.watch.outcome();
    expect(run.measured).toEqual([10, 20, 30]);
  });

  test("that is kept leaves the last checkpoint as the result", async () => {
    const run = new ScriptedRun({ 10: 0.95, 20: 0.97, 25: 0.96 }, limit);
    run.saves(10, 20, 25);
    run.ends(25);
    const outcome = await run.watch.outcome();
    expect([run.finished, outcome?.result]).toEqual([[], undefined]);
    expect(outcome?.report).toMatchObject({
      resultStep: undefined,
      retention: { brokenAt: undefined, resultKeepsIt: true },
    });
  });

  test("that the first checkpoint breaks leaves that one, and says so", async () => {
    const run = new ScriptedRun({ 10: 0.5, 20: 0.99 }, limit);
    run.saves(10, 20);
    const outcome = await run.watch.outcome();
    expect(outcome?.report).toMatchObject({ resultStep: 10, retention: { brokenAt: 10, resultKeepsIt: false } });
    expect([...run.checkpoints]).toEqual([10, 20]);
  });

  test("beside a figure, the best of those that kept enough is the result", async () => {
    const run = new ScriptedRun({ 10: 0.97, 20: 0.96, 30: 0.9 }, { leastKept: 0.95, goal: "lower" });
    run.saves(10, 20, 30);
    const outcome = await run.watch.outcome();
    expect(outcome?.report).toMatchObject({ best: { step: 20 }, resultStep: 20, retention: { resultKeepsIt: true } });
    expect([...run.checkpoints]).toEqual([20, 30]);
  });
});
