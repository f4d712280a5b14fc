import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { saveReport } from "../../../sdk/src/report/save.js";
import { sampleReport } from "../../support/sample-report.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "midblock-report-"));
});
afterEach(() => rm(folder, { recursive: true }));

const artifacts = [{ path: "adapter_model.safetensors", bytes: 4, sha256: "aa".repeat(32) }];

test("writes page, manifest, item records and model card, and leaves nothing half-written", async () => {
  const target = join(folder, "deep", "out");
  await saveReport(sampleReport(), target, artifacts);
  expect((await readdir(target)).sort()).toEqual(["README.md", "items.jsonl", "manifest.json", "report.html"]);
  expect(JSON.parse(await readFile(join(target, "manifest.json"), "utf8")).artifacts).toEqual(artifacts);
  expect(await readFile(join(target, "report.html"), "utf8")).toContain("adapter_model.safetensors");
});

test("one line an item, before and after together, then one a drift prompt", async () => {
  await saveReport(sampleReport(), folder, artifacts);
  const lines = (await readFile(join(folder, "items.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(120 + 64);
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({
    task: "json-record",
    index: 2,
    target: expect.stringContaining("Julia Rossi"),
    before: { invalid: true, extracted: null, metrics: { exact: 0 } },
    after: { invalid: false, metrics: { exact: 1 } },
  });
  expect(JSON.parse(lines[120] ?? "")).toMatchObject({ task: "drift", index: 0, tokens: expect.any(Number) });
});

test("saving again replaces the files", async () => {
  await saveReport(sampleReport(), folder, artifacts);
  await saveReport(sampleReport({ title: "Second" }), folder, []);
  expect(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"))).toMatchObject({
    title: "Second",
    artifacts: [],
  });
});

test("a README.md of the user's own is kept, a card of ours replaced", async () => {
  await writeFile(join(folder, "README.md"), "mine");
  await saveReport(sampleReport(), folder, artifacts);
  expect(await readFile(join(folder, "README.md"), "utf8")).toBe("mine");
  expect(await readFile(join(folder, "MODEL_CARD.md"), "utf8")).toContain("base model");
  await rm(join(folder, "README.md"));
  await saveReport(sampleReport(), folder, artifacts);
  await saveReport(sampleReport({ title: "Second" }), folder, artifacts);
  expect(await readFile(join(folder, "README.md"), "utf8")).toContain("# Second");
});

test("a folder that can't be made is a typed error", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  await expect(saveReport(sampleReport(), join(file, "out"), [])).rejects.toMatchObject({ code: "report-failed" });
});
