import { expect, test } from "@jest/globals";
import { renderManifest } from "../../../sdk/src/report/manifest.js";
import { sampleReport } from "../../support/sample-report.js";

const keysOf = (value: object) => Object.keys(value);

test("has every figure and no single item", () => {
  const text = renderManifest(sampleReport());
  const manifest = JSON.parse(text);
  expect(manifest).toMatchObject({
    schema: "midblock-manifest/2",
    seed: 42,
    training: { steps: 100, tokens: 108_200 },
    layerPlan: { blockCount: 30 },
    evaluation: { tasks: [{ task: "json-record", n: 120, before: { invalid: 108 } }], drift: { promptCount: 64 } },
  });
  expect(manifest.evaluation.tasks[0].metrics.exact.difference.mean).toBeCloseTo(0.8);
  expect(manifest.training.losses).toHaveLength(100);
  expect(text).not.toContain("Julia Rossi");
  expect(text).not.toContain('"items"');
});

test("keys stand in one order, whatever order the sidecar gave its packages in", () => {
  const report = sampleReport();
  const { packages } = report.versions;
  const reversed = Object.fromEntries(Object.entries(packages).reverse());
  const again = renderManifest({ ...report, versions: { ...report.versions, packages: reversed } });
  expect(again).toBe(renderManifest(report));
  expect(keysOf(JSON.parse(again)).slice(0, 4)).toEqual(["schema", "title", "createdAt", "runId"]);
});

test("what is not known is null, so that every manifest has the same keys", () => {
  const bare = JSON.parse(renderManifest(sampleReport({ drift: undefined, templateHash: undefined })));
  expect(bare.evaluation.drift).toBeNull();
  expect(bare.templateHash).toBeNull();
  expect(keysOf(bare)).toEqual(keysOf(JSON.parse(renderManifest(sampleReport()))));
});
