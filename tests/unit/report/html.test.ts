import { describe, expect, test } from "@jest/globals";
import { compareResults } from "../../../sdk/src/evaluation/compare.js";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { hostileReport, hostileText } from "../../support/hostile-report.js";
import { makeResult } from "../../support/make-result.js";
import { sampleReport } from "../../support/sample-report.js";

/** Names of all tags of a page, in order. */
function tags(page: string): string[] {
  return [...page.matchAll(/<\/?([a-z0-9]+)/gi)].map(([tag]) => tag);
}

describe("renderHtml", () => {
  test("is one file that names nothing outside itself and runs nothing", () => {
    const page = renderHtml(sampleReport());
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:`);
    expect(page).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|<iframe|\son\w+=|@import|url\(|src=/i);
  });

  test("hostile texts add no tag and no attribute to the page", () => {
    // The same report with a harmless text in the same places must have exactly the same tags.
    const hostile = renderHtml(hostileReport(hostileText("http://elsewhere.invalid")));
    expect(tags(hostile)).toEqual(tags(renderHtml(hostileReport("harmless"))));
    expect(hostile).toContain("&lt;/script&gt;&lt;script&gt;console.error(&quot;broken out&quot;)");
    expect(hostile).not.toContain("\u0000");
  });

  test("shows the result in words, the charts with their descriptions, and all settings", () => {
    const page = renderHtml(sampleReport()).replaceAll("\u00a0", " ");
    expect(page).toContain("json-record: exact rose from 0.8 % to 80.8 % on 120 items.");
    expect(page).toContain('aria-label="exact: before 0.8 %, 95 % interval 0.1 to 4.6 %; after 80.8 %');
    expect(page).toContain('aria-label="30 blocks from input to output; trained: 6 to 23"');
    expect(page.match(/class="trained"/g)).toHaveLength(18);
    expect(page.match(/class="frozen" x/g)).toHaveLength(30);
    expect(page).toContain("checkpoint.everySteps");
    expect(page).toContain("PeftModel.from_pretrained");
  });

  test("shows the items that flipped, collapsed", () => {
    const page = renderHtml(sampleReport());
    expect(page).toMatch(/<details class="flips"><summary>Got better <span class="muted">first 20 of 97<\/span>/);
    expect(page).toMatch(/<details class="flips"><summary>Got worse <span class="muted">1 item<\/span>/);
    expect(page).toMatch(/<summary>Still wrong <span class="muted">first 4 of 22<\/span>/);
    expect(page.match(/<article/g)).toHaveLength(25);
    expect(page).toMatch(/Before: exact 0, no readable answer.*?After: exact 1</s);
  });

  test("a text that costs more is worse, and stays out of what is still wrong", () => {
    const cost = { cost: { goal: "lower", unit: "nats" } } as const;
    const comparison = compareResults(
      makeResult({ cost: [1, 0.5] }, {}, cost),
      makeResult({ cost: [2, 0.5] }, {}, cost),
    );
    const page = renderHtml(sampleReport({ comparisons: [comparison] }));
    expect(page).toMatch(/Got better <span class="muted">0 items/);
    expect(page).toMatch(/Got worse <span class="muted">1 item</);
    expect(page).not.toContain("Still wrong");
  });

  test("long texts are cut where it is said, the prompt at its start", () => {
    const long = {
      prompt: `start${"p".repeat(2500)}end`,
      output: `start${"o".repeat(3495)}`,
      target: "t".repeat(2000),
    };
    const parts = { 0: long };
    const comparison = compareResults(makeResult({ right: [0] }, parts), makeResult({ right: [1] }, parts));
    const page = renderHtml(sampleReport({ comparisons: [comparison] }));
    expect(page).toMatch(/\[508 characters before this not shown\]<\/span>\np{1997}end</);
    expect(page).toMatch(/>starto{1995}\n<span class="cut">\[1,500 characters after this not shown\]/);
    expect(page).toContain(`>${"t".repeat(2000)}<`);
  });

  test("full weights are loaded as a delta", () => {
    const blocks = [{ index: 6, train: "full" as const }];
    const layerPlan = { blocks, blockCount: 30, why: "One block." };
    const page = renderHtml(sampleReport({ method: { kind: "full-weights" }, layerPlan }));
    expect(page).toContain("delta.safetensors");
    expect(page).not.toContain("PeftModel");
  });

  test("a run without tasks, drift, steps or template is a page too", () => {
    const bare = { comparisons: [], drift: undefined, steps: [], templateHash: undefined, timings: {} };
    const page = renderHtml(sampleReport(bare));
    expect(page).toContain("no task was evaluated");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("steps with a loss that is no number break no path", () => {
    const steps = sampleReport().steps.map((step, index) => (index === 50 ? { ...step, loss: Number.NaN } : step));
    const paths = [...renderHtml(sampleReport({ steps })).matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter((path) => path?.includes("NaN"))).toEqual([]);
  });
});
