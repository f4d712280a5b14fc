import { describe, expect, test } from "@jest/globals";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { hostileReport, hostileText } from "../../support/hostile-report.js";
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

  test("shows items that got better, got worse and stayed wrong", () => {
    const page = renderHtml(sampleReport());
    expect(page).toMatch(/Got better <span class="muted">first 4 of 97<\/span>/);
    expect(page).toMatch(/Got worse <span class="muted">1 item<\/span>/);
    expect(page).toMatch(/Still wrong <span class="muted">first 4 of 22<\/span>/);
    expect(page.match(/<article/g)).toHaveLength(9);
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
