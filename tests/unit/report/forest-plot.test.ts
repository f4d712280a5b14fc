import { describe, expect, test } from "@jest/globals";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { sampleReport } from "../../support/sample-report.js";
import { sampleTasks } from "../../support/sample-tasks.js";

const tasks = sampleTasks();
const page = renderHtml(sampleReport({ comparisons: tasks })).replaceAll("\u00a0", " ");
const plot = page.slice(page.indexOf("All tasks"), page.indexOf("All tasks as a table"));

/** Every picture with a text of its own, as its text and its source. */
function rows(): (readonly [text: string, source: string])[] {
  return [...plot.matchAll(/<svg class="bars" role="img"[^>]*aria-label="([^"]*)">(.*?)<\/svg><\/div>/gs)].map(
    ([, text = "", source = ""]) => [text, source],
  );
}

describe("the plot over tasks", () => {
  test("has a row a task, told in words", () => {
    expect(rows().map(([text]) => text)).toEqual([
      expect.stringMatching(/^json-record, exact: \+80\.0, 95 % interval \+70\.6 to \+86\.2 points; better$/),
      expect.stringMatching(/^gsm8k, strict-match: .* points; no difference shown$/),
      expect.stringMatching(/^knowledge, acc: .* points; no difference shown$/),
      expect.stringMatching(/^following, prompt_strict: −.* points; worse$/),
      expect.stringMatching(/^language, bits_per_byte: \+.* bits; worse$/),
    ]);
  });

  test("tells verdicts by shape as well as by colour", () => {
    const shape = (task: string) => rows().find(([text]) => text.startsWith(task))?.[1] ?? "";
    expect(shape("json-record")).toMatch(/class="marker better" d="[^"]*Z"\/>/);
    expect(shape("following")).toMatch(/class="marker worse" d="[^"]*Z" transform="rotate\(180\)"/);
    expect(shape("knowledge")).toMatch(/class="marker no-difference-shown" d="[^"]*A/);
  });

  test("has a line at 0 in every row and an axis a unit", () => {
    for (const [text, source] of rows()) expect([text, source.match(/class="zero"/g)?.length]).toEqual([text, 1]);
    expect(plot.match(/class="bar-chart forest"/g)).toHaveLength(2);
    expect(plot).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("is left out for a single task, and has a table with corrected p", () => {
    expect(renderHtml(sampleReport())).not.toContain("All tasks");
    expect(page).toContain("p is corrected for 5 tasks by Holm&#39;s method");
  });
});
