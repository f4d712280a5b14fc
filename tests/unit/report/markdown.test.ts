import { describe, expect, test } from "@jest/globals";
import { renderMarkdown } from "../../../sdk/src/report/markdown.js";
import { hostileReport, hostileText } from "../../support/hostile-report.js";
import { sampleReport } from "../../support/sample-report.js";
import { sampleTasks } from "../../support/sample-tasks.js";

const spaced = (text: string) => text.replaceAll("\u00a0", " ");

describe("renderMarkdown", () => {
  test("tells the result with intervals, drift, plan, cost, data and hashes", () => {
    const text = spaced(renderMarkdown(sampleReport({ warnings: ["Mind the gap."] })));
    expect(text).toMatch(/^# Customer messages to JSON records\n\n\*\*json-record: exact rose from 0\.8 % to 80\.8 %/);
    expect(text).toContain(
      "| json-record | exact | 0.8 % (0.1 to 4.6 %) | 80.8 % (72.9 to 86.9 %) | +80.0 points (+70.6 to +86.2) | p \\< 0.001 | better |",
    );
    expect(text).toContain("On 64 unrelated prompts the model drifted 0.0198 nats per token");
    expect(text).toContain("Blocks 6 to 23 of 30 (18 blocks), LoRA rank 16");
    expect(text).toContain("451 tokens/s in training, peak memory 3.0 GB");
    expect(text).toContain("2 rows left out, longer than the limit");
    expect(text).toContain("## Warnings\n\n- Mind the gap.");
    expect(text).toContain(`| Weights of the base | \`sha256:${"ab12".repeat(16)}\` |`);
    expect(text.endsWith("|\n")).toBe(true);
  });

  test("names every task and says what could not be seen", () => {
    const text = spaced(renderMarkdown(sampleReport({ comparisons: sampleTasks() })));
    expect(text).toContain("**knowledge: acc shows no difference:");
    expect(text).toMatch(/With 150 items, a true difference under \d\.\d points goes unseen/);
    expect(text).toMatch(/\| language \| bits\\_per\\_byte \| .* bits .*\| worse \|/);
  });

  test("tells of replayed data and of the best checkpoint", () => {
    const { data } = sampleReport();
    const hashes = { contentHash: "sha256:a", sourceHash: "sha256:b" };
    const replay = { ...data, ...hashes, name: "general.jsonl", examples: 1000, share: 0.1, uses: 44 };
    const step = (at: number, value: number) => ({ step: at, figures: { exact: value }, value, seconds: 1 });
    const watched = {
      figure: "exact",
      unit: "share",
      goal: "higher",
      steps: [step(50, 0.9), step(100, 0.8)],
      best: step(50, 0.9),
      keepsBest: true,
      resultStep: 50,
      retention: undefined,
      endedBecause: undefined,
    } as const;
    const text = spaced(renderMarkdown(sampleReport({ data: { ...data, replay }, watched })));
    expect(text).toContain("replayed: general.jsonl, 10.0 % of an epoch: 44 times one of its 1,000 examples");
    expect(text).toContain("Of 2 checkpoints, that of step 50 (exact 90.0 %) is the result.");
  });

  test("hostile texts add no line, no tag and no cell", () => {
    const lines = (text: string) => renderMarkdown(hostileReport(text)).split("\n");
    const hostile = lines(hostileText("http://elsewhere.invalid"));
    expect(hostile).toHaveLength(lines("harmless").length);
    // Outside of code every angle bracket is escaped.
    const outside = hostile.map((line) => line.replace(/(`+) ?.*?\1/g, "")).join("\n");
    expect(outside).not.toMatch(/(?<!\\)</);
  });

  test("a run without tasks, drift or steps is a text too", () => {
    const bare = sampleReport({ comparisons: [], drift: undefined, steps: [], templateHash: undefined, timings: {} });
    expect(renderMarkdown(bare)).toContain("No task was evaluated.");
    expect(renderMarkdown(bare)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
