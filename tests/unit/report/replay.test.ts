import { expect, test } from "@jest/globals";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { renderManifest } from "../../../sdk/src/report/manifest.js";
import { sampleReport } from "../../support/sample-report.js";

test("general data that was mixed in stands in the page and in the manifest", () => {
  const { data } = sampleReport();
  const contamination = [{ task: "gsm8k", items: 9, exact: 2, normalised: 0, promptOnly: 0, places: [] }];
  const shares = { share: 0.1, uses: 44, contentHash: "sha256:general", sourceHash: "sha256:source" };
  const replay = { ...data, name: "general.jsonl", examples: 1000, contamination, ...shares };
  const report = sampleReport({ data: { ...data, replay } });
  const page = renderHtml(report);
  expect(page).toContain("general.jsonl, 10.0\u00a0% of an epoch: 44 times one of its 1,000 examples");
  expect(page).toContain("gsm8k: 2 of 9 items stand in the training data");
  expect(page).toContain("sha256:general");
  expect(JSON.parse(renderManifest(report)).data.replay).toMatchObject({ name: "general.jsonl", ...shares });
  expect(renderHtml(sampleReport())).not.toContain("Replayed");
  expect(JSON.parse(renderManifest(sampleReport())).data.replay).toBeNull();
});
