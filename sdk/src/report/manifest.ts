/** The manifest: everything needed to tell what was run and what came out, without the single items. */
import type { DriftResult, TaskComparison, TaskResult } from "../evaluation/result.js";
import { statisticsSeed } from "../evaluation/statistics/seed.js";
import { trainingCost } from "./cost.js";
import type { RunReport } from "./run-report.js";

/** Names the shape of the manifest; the number rises when a reader of the old shape would misread the new one. */
export const manifestSchema = "midblock-manifest/2";

/**
 * JSON text of the manifest. The order of keys is fixed, so manifests can be compared line by line; what is not known
 * is null, never left out.
 */
export function renderManifest(report: RunReport): string {
  const { steps, comparisons, drift, versions, ...rest } = report;
  const manifest = {
    schema: manifestSchema,
    title: rest.title,
    createdAt: rest.createdAt,
    runId: rest.runId,
    versions: { sdk: versions.sdk, server: versions.server, packages: sorted(versions.packages) },
    device: rest.device,
    model: rest.model,
    data: rest.data,
    templateHash: rest.templateHash,
    layerPlan: rest.layerPlan,
    method: rest.method,
    optimizer: rest.optimizer,
    seed: rest.seed,
    settings: rest.settings,
    trainableParameters: rest.trainableParameters,
    totalParameters: rest.totalParameters,
    training: {
      ...trainingCost(steps),
      stepsTotal: rest.stepsTotal,
      endReason: rest.endReason,
      losses: steps.map((step) => step.loss),
      baseDivergences: steps.map((step) => step.baseDivergence),
    },
    watched: rest.watched,
    evaluation: { statisticsSeed, tasks: comparisons.map(comparisonFigures), drift: drift && driftFigures(drift) },
    preflight: rest.preflight,
    timings: rest.timings,
    artifacts: rest.artifacts,
    warnings: rest.warnings,
  };
  return `${JSON.stringify(manifest, unknownAsNull, 2)}\n`;
}

function comparisonFigures({ before, after, ...comparison }: TaskComparison) {
  return { ...comparison, before: resultFigures(before), after: resultFigures(after) };
}

function resultFigures({ items: _, ...figures }: TaskResult) {
  return figures;
}

function driftFigures({ items: _, ...figures }: DriftResult) {
  return figures;
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unknownAsNull(_: string, value: unknown): unknown {
  return value === undefined ? null : value;
}
