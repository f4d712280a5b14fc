/** Puts what was asked, done and measured together as the report's plain value. */
import type { WatchSettings } from "../config/watch-options.js";
import { describeContamination } from "../data/contamination.js";
import type { BeforeAfter } from "../evaluation/before-after.js";
import type { WatchedRun } from "../evaluation/watched-run.js";
import { originOf } from "../report/origin.js";
import type { JsonValue, RunReport } from "../report/run-report.js";
import type { TrainingOutcome } from "./followed-run.js";
import type { FinetuneJob } from "./job.js";

/** Makes the report of a finished run. Timings are in seconds, by part, in the order they ran. */
export function makeReport(
  job: FinetuneJob,
  training: TrainingOutcome,
  beforeAfter: BeforeAfter,
  timings: Readonly<Record<string, number>>,
  watched: WatchedRun | undefined,
): RunReport {
  const { card, settings, specification, data } = job;
  const { server } = job.bridge;
  const { summary, packing, replay } = data;
  return {
    title: settings.name ?? `${data.name} on ${card.name}`,
    runId: training.runId,
    ...originOf(card, server),
    data: {
      name: data.name,
      contentHash: hashesOf(replay === undefined ? training.datasetHashes : training.datasetHashes.slice(0, -1)),
      ...summary,
      packing,
      replay: replay && { ...replay, contentHash: hashesOf(training.datasetHashes.slice(-1)) },
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
    stepsTotal: specification.stepsTotal,
    endReason: training.endReason,
    watched,
    comparisons: beforeAfter.comparisons,
    drift: beforeAfter.drift,
    preflight: job.preflight,
    timings,
    artifacts: [],
    warnings: [
      ...summary.contamination.map(describeContamination),
      ...(replay?.contamination ?? []).map((shared) => `Replay: ${describeContamination(shared)}`),
      ...evaluationWarnings(beforeAfter),
      ...training.warnings,
    ],
  };
}

/** The settings that have no place of their own in the report. */
function remainingSettings({ settings, specification, data }: FinetuneJob): Readonly<Record<string, JsonValue>> {
  const { stepSize } = settings;
  return {
    layers: JSON.parse(JSON.stringify(settings.layers)),
    layerSchedule: settings.layerSchedule === undefined ? null : { ...settings.layerSchedule },
    trainNorms: settings.trainNorms,
    baseDivergenceWeight: settings.baseDivergenceWeight,
    maxLossGrowth: settings.maxLossGrowth,
    maxSeconds: settings.maxSeconds,
    replay: settings.replay === undefined ? null : { data: settings.replay.data.name, share: settings.replay.share },
    epochs: settings.epochs ?? null,
    maxSteps: settings.maxSteps ?? null,
    steps: specification.stepsTotal,
    ...("tokens" in stepSize ? { batchTokens: stepSize.tokens } : { batchSize: stepSize.examples }),
    groupByLength: settings.groupByLength,
    maxMicroBatchTokens: settings.maxMicroBatchTokens,
    ...data.settings,
    // A function is recorded by its source.
    train: String(data.settings.train),
    controlTokens: data.settings.controlTokens ?? null,
    checkpointEverySteps: settings.checkpointEverySteps,
    keepCheckpoints: settings.keepCheckpoints,
    trainWhilePreparing: settings.trainWhilePreparing,
    watch: settings.watch === undefined ? null : watchRecord(settings.watch),
    key: settings.key,
    sourceHash: data.contentHash,
    tasks: settings.evaluate.map((task) => ({
      name: task.name,
      rule: { ...task.rule },
      ...(task.kind === "likelihood" ? {} : { maxNewTokens: task.maxNewTokens }),
    })),
  };
}

function hashesOf(datasetHashes: readonly string[]): string {
  return datasetHashes.map((hash) => `sha256:${hash}`).join(",");
}

function watchRecord({ tasks, figure, goal, patience, leastKept, ...watch }: WatchSettings): JsonValue {
  return {
    ...watch,
    tasks: tasks.map(({ name }) => name),
    // A function is recorded by its source.
    figure: figure === undefined ? null : String(figure),
    goal: goal ?? null,
    patience: patience ?? null,
    leastKept: leastKept ?? null,
  };
}

/**
 * An answer cut at the token budget may have been right, and one that the rule failed on may have been anything; whoever
 * reads the score must know how many were.
 */
function evaluationWarnings({ comparisons }: BeforeAfter): readonly string[] {
  return comparisons.flatMap(({ task, before, after }) => [
    ...(after.truncated === 0
      ? []
      : [`${task}: ${after.truncated} of ${after.n} answers of the tuned model were cut at the token budget.`]),
    ...[before, after].flatMap(({ items, n, failed }, index) => {
      if (failed === 0) return [];
      const [first] = items.flatMap(({ failure }) => failure ?? []);
      const model = index === 0 ? "base" : "tuned model";
      return [`${task}: its rule failed on ${failed} of ${n} answers of the ${model}, first with "${first}".`];
    }),
  ]);
}
