import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Evaluation } from "../../../sdk/src/report/evaluation.js";
import { sampleReport } from "../../support/sample-report.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-evaluation-"));
});
afterEach(() => rm(folder, { recursive: true }));

function sampleEvaluation(): Evaluation {
  const { comparisons, drift, createdAt, versions, device, model } = sampleReport();
  const results = comparisons.map(({ after }) => ({ ...after, truncated: 3, invalid: 2, failed: 1 }));
  return new Evaluation({ results, drift }, { createdAt, versions, device, model });
}

test("the summary tells every metric with n, interval and what was odd, then drift", () => {
  const [task, moved] = sampleEvaluation().summary().split("\n\n");
  const [head, ...metrics] = task?.split("\n") ?? [];
  expect(head).toMatch(/^json-record \(.+, version .+\): 120 items, 3 cut, 2 unreadable, 1 failed$/);
  expect(metrics).toHaveLength(Object.keys(sampleReport().comparisons[0]?.after.metrics ?? {}).length);
  expect(metrics[0]).toMatch(/^ {2}exact +\d+\.\d % +95 % interval \d+\.\d to \d+\.\d %$/);
  expect(moved).toMatch(
    /^drift: 64 prompts, [\d,]+ tokens\n {2}nats per token {2}[\d.]+ +95 % interval [\d.]+ to [\d.]+\n/,
  );
});

test("saved are all figures, and one line an item with its answer and who gave it", async () => {
  const target = join(folder, "deep", "out");
  const evaluation = sampleEvaluation();
  await evaluation.save(target);
  expect((await readdir(target)).sort()).toEqual(["evaluation.json", "items.jsonl"]);
  const kept = JSON.parse(await readFile(join(target, "evaluation.json"), "utf8"));
  const [result] = evaluation.results;
  expect(kept).toMatchObject({
    schema: "midblock-evaluation/1",
    createdAt: evaluation.origin.createdAt,
    model: { weightsHash: evaluation.origin.model.weightsHash },
    tasks: [{ task: "json-record", n: 120, truncated: 3, failed: 1, promptHash: result?.promptHash }],
    drift: { promptCount: 64 },
  });
  expect(kept.tasks[0]).not.toHaveProperty("items");
  const lines = (await readFile(join(target, "items.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(120 + 64);
  const item = result?.items[2];
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({
    task: "json-record",
    index: 2,
    prompt: item?.prompt,
    target: item?.target,
    answer: { output: item?.output, metrics: item?.metrics, weightsHash: result?.weightsHash },
  });
});

test("a folder that can't be made is a typed error, and the result stays", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  await expect(sampleEvaluation().save(file)).rejects.toMatchObject({ code: "report-failed" });
});
