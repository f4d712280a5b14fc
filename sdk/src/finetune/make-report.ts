/** Puts what was asked, done and measured together as the report's plain value. */
import type { BeforeAfter } from "../evaluation/before-after.js";
import { packageVersion } from "../package-manifest.js";
import type { JsonValue, RunReport } from "../report/run-report.js";
import type { TrainingOutcome } from "./followed-run.js";
import type { FinetuneJob } from "./job.js";

/** Makes the report of a finished run. Timings are in seconds, by part, in the order they ran. */
export function makeReport(
  job: FinetuneJob,
  training: TrainingOutcome,
  beforeAfter: BeforeAfter,
  timings: Readonly<Record<string, number>>,
): RunReport {
  const { card, settings, specification, prepared } = job;
  const { server } = job.bridge;
  return {
    title: settings.name ?? `${settings.data.name} on ${card.name}`,
    createdAt: new Date().toISOString(),
    runId: training.runId,
    versions: { sdk: packageVersion, server: server.serverVersion, packages: server.packageVersions },
    device: server.device,
    model: {
      name: card.name,
      architecture: card.architecture,
      weightsHash: card.weightsHash,
      parameters: card.parameters.total,
      license: card.license,
      loadableFrom: card.weightsFolder,
    },
    data: {
      name: settings.data.name,
      contentHash: specification.datasetHash,
      examples: prepared.summary.examples,
      tokens: prepared.summary.tokens,
      trainedTokens: prepared.summary.trainedTokens,
      longestExampleTokens: prepared.summary.longest,
      omissions: countReasons(prepared.summary.dropped),
    },
    templateHash: card.chatTemplate === undefined ? undefined : job.template.hash,
    layerPlan: specification.layerPlan,
    method: specification.method,
    optimizer: specification.optimizer,
    seed: specification.seed,
    settings: remainingSettings(job),
    trainableParameters: training.start.trainableParameters,
    totalParameters: training.start.totalParameters,
    steps: training.steps,
    comparisons: beforeAfter.comparisons,
    drift: beforeAfter.drift,
    timings,
    artifacts: [],
    warnings: [...evaluationWarnings(beforeAfter), ...training.warnings],
  };
}

/** The settings that have no place of their own in the report. */
function remainingSettings({ settings, specification, prepared }: FinetuneJob): Readonly<Record<string, JsonValue>> {
  return {
    layers: JSON.parse(JSON.stringify(settings.layers)),
    epochs: settings.epochs ?? null,
    maxSteps: settings.maxSteps ?? null,
    steps: specification.batchPlan.steps.length,
    batchSize: settings.batchSize,
    maxMicroBatchTokens: settings.maxMicroBatchTokens,
    maxTokens: settings.maxTokens ?? null,
    tooLong: settings.tooLong,
    checkpointEverySteps: settings.checkpointEverySteps,
    keepCheckpoints: settings.keepCheckpoints,
    key: settings.key,
    sourceHash: prepared.contentHash,
    tasks: settings.evaluate.map(({ name, rule, maxNewTokens }) => ({ name, rule: { ...rule }, maxNewTokens })),
  };
}

function countReasons(dropped: readonly { readonly reason: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { reason } of dropped) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** An answer cut at the token budget may have been right; whoever reads the score must know how many were. */
function evaluationWarnings({ comparisons }: BeforeAfter): readonly string[] {
  return comparisons
    .filter(({ after }) => after.truncated > 0)
    .map(
      ({ task, after }) =>
        `${task}: ${after.truncated} of ${after.n} answers of the tuned model were cut at the token budget.`,
    );
}
