/** The manifest: everything needed to tell what was run and what came out, without the single items. */
import type { TaskComparison } from "../evaluation/result.js";
import { statisticsSeed } from "../evaluation/statistics/seed.js";
import { trainingCost } from "./cost.js";
import { driftFigures, manifestText, resultFigures, sortedVersions } from "./manifest-parts.js";
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
    versions: sortedVersions(versions),
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
  return manifestText(manifest);
}

function comparisonFigures({ before, after, ...comparison }: TaskComparison) {
  return { ...comparison, before: resultFigures(before), after: resultFigures(after) };
}
