import { describe, expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import { summarise } from "../../../sdk/src/report/summary.js";
import { makeResult } from "../../support/make-result.js";
import { sampleReport } from "../../support/sample-report.js";

const words = (text: string) => text.replace(/\s+/g, " ");

describe("summarise", () => {
  test("tells the result with intervals, drift, speed and files", () => {
    const summary = words(summarise(sampleReport(), { folder: "out/run" }));
    expect(summary).toContain("json-record: exact rose from 0.8 % to 80.8 % on 120 items.");
    expect(summary).toContain("before 0.8 % 95 % interval 0.1 to 4.6 %");
    expect(summary).toContain("Paired difference +80.0 points, 95 % interval +70.6 to +86.2, McNemar p < 0.001.");
    expect(summary).toContain(
      "Without a readable answer: 108 before, 0 after. Cut at the token budget: 8 before, 0 after.",
    );
    expect(summary).toMatch(/field:amount 9\.2 % 93\.3 % \+84\.2 \(\+75\.2 to \+89\.4\) better/);
    expect(summary).toContain("On 64 unrelated prompts the model drifted 0.0198 nats per token");
    expect(summary).toContain("451 tokens/s in training, peak memory 3.0 GB.");
    expect(summary).toContain("training 4 min 1 s");
    expect(summary).toContain("Saved in out/run");
  });

  test("keeps to 80 columns", () => {
    const warning = "an answer was cut at the token budget and may have been right, which nobody can know now ".repeat(
      3,
    );
    const lines = summarise(sampleReport({ warnings: [warning] }), { folder: "out/run" }).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
  });

  test("says that a difference within noise is not shown", () => {
    const zeros = Array.from({ length: 20 }, () => 0);
    const comparison = compareResults(makeResult({ right: zeros }), makeResult({ right: [1, ...zeros.slice(1)] }));
    const summary = summarise(sampleReport({ comparisons: [comparison] }));
    expect(summary).toContain("task: right shows no difference: 0.0 % before, 5.0 % after, on 20 items.");
    expect(summary).toMatch(/right .*no difference shown/);
  });

  test("has escape codes only where colour is asked for", () => {
    expect(summarise(sampleReport())).not.toContain("\u001b");
    expect(summarise(sampleReport(), { colour: true })).toContain("\u001b[32mbetter\u001b[39m");
  });

  test("a run without tasks, drift or steps still has a summary", () => {
    const bare = summarise(sampleReport({ comparisons: [], drift: undefined, steps: [], timings: {} }));
    expect(bare.split("\n")).toHaveLength(2);
  });
});
