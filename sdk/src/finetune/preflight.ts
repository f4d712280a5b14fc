/** Preflight: prepares data and plan as a finetune does, has the largest pieces tried out, and says what the run needs. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { countTrained } from "../data/count-trained.js";
import type { Datum } from "../data/datum.js";
import { encodePrompt } from "../evaluation/prompts.js";
import type { EvaluationTask } from "../evaluation/task.js";
import { resolveLayerPlan } from "../layers/resolve.js";
import type { BatchPlan } from "../training/batch-plan.js";
import { resolveMethod } from "../training/methods.js";
import { resolveOptimizer } from "../training/optimizer.js";
import { comparePlans, countTokens, planCost } from "../training/plan-cost.js";
import type { PreflightRequest } from "../training/preflight.js";
import { adviseOnMemory } from "../training/preflight-advice.js";
import type { Preflight } from "../training/preflight-result.js";
import type { RunSpecification } from "../training/run-specification.js";
import { allTasks } from "./all-tasks.js";
import { prepareWhole } from "./prepared-data.js";
import type { FinetuneContext } from "./start-finetune.js";

interface Datums {
  /** Tokens of each example. */
  readonly lengths: readonly number[];
  readonly at: (index: number) => Datum | undefined;
}

type Steps = RunSpecification["batchPlan"]["steps"];

/**
 * Tries a finetune out. Nothing is uploaded and no run is started. Throws at once what `finetune` would throw for its
 * options, data and plan.
 */
export async function measurePreflight(context: FinetuneContext, settings: FinetuneSettings): Promise<Preflight> {
  const { signal } = settings;
  const { main, replay, batchPlan, lengths } = await prepareWhole(context, settings);
  const count = main.datums.length;
  const datums: Datums = {
    lengths,
    at: (index) => (index < count ? main.datums.at(index) : replay?.datums.at(index - count)),
  };
  const specification = specificationOf(context, settings, batchPlan);
  const longest = await longestPrompt(context, allTasks(settings), signal);
  const request = requestOf(specification, datums, longest);
  const measured = await context.bridge.preflight(request, signal);
  return resultOf({ context, specification, datums, request, longest }, measured);
}

function specificationOf({ card }: FinetuneContext, settings: FinetuneSettings, batchPlan: BatchPlan) {
  const { seed, checkpointEverySteps, keepCheckpoints, trainNorms, baseDivergenceWeight, compute } = settings;
  return {
    datasetHashes: [],
    layerPlan: resolveLayerPlan(settings.layers, card, settings.method),
    method: resolveMethod(settings.method, card),
    batchPlan,
    optimizer: resolveOptimizer(settings.optimizer, batchPlan.steps.length),
    seed,
    checkpointEverySteps,
    keepCheckpoints,
    weightsHash: card.weightsHash,
    clientNotes: "",
    stepsTotal: batchPlan.steps.length,
    open: false,
    trainNorms,
    phases: [],
    baseDivergenceWeight,
    maxLossGrowth: settings.maxLossGrowth,
    maxSeconds: settings.maxSeconds,
    compute,
  } satisfies RunSpecification;
}

function requestOf(specification: RunSpecification, datums: Datums, longest: LongestPrompt): PreflightRequest {
  const { steps } = specification.batchPlan;
  const lengthOf = (row: number) => datums.lengths[row] ?? 0;
  const tokensOf = (rows: readonly number[]) => rows.reduce((sum, row) => sum + lengthOf(row), 0);
  const largest = steps.flat().reduce((most, rows) => (tokensOf(rows) > tokensOf(most) ? rows : most));
  return {
    specification,
    sequenceTokens: largest.map(lengthOf),
    trainedTokens: Math.max(1, trainedTokens([largest], datums)),
    accumulates: steps.some((microBatches) => microBatches.length > 1),
    ...longest,
  };
}

function trainedTokens(microBatches: readonly (readonly number[])[], datums: Datums): number {
  const known = new Map<number, number>();
  let count = 0;
  for (const row of microBatches.flat()) {
    const datum = known.has(row) ? undefined : datums.at(row);
    if (datum !== undefined) known.set(row, countTrained(datum));
    count += known.get(row) ?? 0;
  }
  return count;
}

type LongestPrompt = Pick<PreflightRequest, "promptTokens" | "maxNewTokens" | "promptRows">;

/** The task whose longest prompt needs most with its answer; drift and likelihoods answer shorter ones. */
async function longestPrompt(
  { tokenizer, template }: FinetuneContext,
  tasks: readonly EvaluationTask[],
  signal: AbortSignal | undefined,
): Promise<LongestPrompt> {
  let longest: LongestPrompt = { promptTokens: 0, maxNewTokens: 0, promptRows: 0 };
  for (const task of tasks) {
    if (task.kind !== "generation") continue;
    const items = await task.load(signal);
    const lengths = items.map((item) => encodePrompt(task.prompt(item), tokenizer, template).tokenIds.length);
    const promptTokens = lengths.reduce((most, length) => Math.max(most, length), 0);
    if (promptTokens + task.maxNewTokens > longest.promptTokens + longest.maxNewTokens) {
      longest = { promptTokens, maxNewTokens: task.maxNewTokens, promptRows: items.length };
    }
  }
  return longest;
}

interface Tried {
  readonly context: FinetuneContext;
  readonly specification: RunSpecification;
  readonly datums: Datums;
  readonly request: PreflightRequest;
  readonly longest: LongestPrompt;
}

function resultOf(
  { context: { card, bridge }, specification, datums, request, longest }: Tried,
  measured: Awaited<ReturnType<FinetuneContext["bridge"]["preflight"]>>,
): Preflight {
  const { layerPlan, method, trainNorms, compute, batchPlan } = specification;
  const counts = countTokens(lengthsOf(batchPlan.steps, datums), trainedTokens(batchPlan.steps.flat(), datums));
  const costs = comparePlans(layerPlan, method, card, counts, trainNorms);
  const tried = countTokens(request.sequenceTokens, request.trainedTokens);
  const share = costs.plan.flops / planCost(layerPlan, method, card, tried, trainNorms).flops;
  const peakBytes = Math.max(measured.trainingPeakBytes, measured.generationPeakBytes);
  const stepCount = batchPlan.steps.length;
  const trainingSeconds = share * measured.microBatchSeconds + stepCount * measured.updateSeconds;
  const lowest = layerPlan.blocks[0]?.index ?? 0;
  const advice = adviseOnMemory({
    memory: measured.memory,
    generationTooLarge: measured.generationPeakBytes > Math.max(measured.trainingPeakBytes, measured.availableBytes),
    microBatchTokens: tried.tokens,
    longestTokens: Math.max(...request.sequenceTokens),
    method: method.kind,
    plannedBlocks: layerPlan.blocks.length,
    blocksWithGradients: card.blockCount - lowest,
    gradientCheckpointing: compute.gradientCheckpointing,
    dtype: bridge.server.device.dtype,
    hiddenSize: card.hiddenSize,
    totalParameters: card.parameters.total,
    maxNewTokens: longest.maxNewTokens,
  });
  return {
    fits: measured.fits,
    memory: measured.memory,
    peakBytes,
    trainingPeakBytes: measured.trainingPeakBytes,
    generationPeakBytes: measured.generationPeakBytes,
    availableBytes: measured.availableBytes,
    microBatchTokens: tried.tokens,
    steps: stepCount,
    secondsPerStep: trainingSeconds / stepCount,
    trainingSeconds,
    trainingJoules: measured.microBatchJoules === undefined ? undefined : share * measured.microBatchJoules,
    costs,
    advice: measured.fits ? [] : advice,
  };
}

function lengthsOf(steps: Steps, datums: Datums): readonly number[] {
  return steps.flat(2).map((row) => datums.lengths[row] ?? 0);
}
