/** Preflight: prepares data and plan as a finetune does, has the largest pieces tried out, and says what the run needs. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { countTrained } from "../data/count-trained.js";
import { encodePrompt } from "../evaluation/prompts.js";
import type { EvaluationTask } from "../evaluation/task.js";
import { lowestBlock } from "../layers/layer-plan.js";
import { comparePlans, countTokens, linearWeights, planCost } from "../training/plan-cost.js";
import type { PreflightRequest } from "../training/preflight.js";
import { adviseOnMemory } from "../training/preflight-advice.js";
import type { Preflight } from "../training/preflight-result.js";
import type { RunSpecification } from "../training/run-specification.js";
import { allTasks } from "./all-tasks.js";
import { doesNotFit } from "./does-not-fit.js";
import { plannedRows, prepareWhole } from "./prepared-data.js";
import { specify } from "./specify.js";
import type { FinetuneContext } from "./start-finetune.js";
import type { PlannedRows } from "./training-data.js";

type Steps = RunSpecification["batchPlan"]["steps"];

/**
 * Tries a finetune out, also one that was tried before. Nothing is uploaded and no run is started. Throws at once what
 * `finetune` would throw for its options, data and plan.
 */
export async function measurePreflight(context: FinetuneContext, settings: FinetuneSettings): Promise<Preflight> {
  const prepared = await prepareWhole(context, settings);
  const { steps } = prepared.batchPlan;
  const beginning = { datasetHashes: [], steps, stepsTotal: steps.length, open: false, clientNotes: "" };
  const specification = specify(context.card, settings, beginning);
  return tryOut(context, { settings, specification, planned: plannedRows(prepared) }, true);
}

/** A run that is ready to be started, but for its trial. */
export interface ReadyRun {
  readonly settings: FinetuneSettings;
  readonly specification: RunSpecification;
  readonly planned: PlannedRows;
}

/**
 * The first thing that a finetune does on the device; what a run like it needed before is not measured again. Undefined
 * where it was told not to, or where a run of this key is there already. Throws RunError "does-not-fit", with what to
 * change, where memory would run out.
 */
export async function tryOnce(
  context: FinetuneContext,
  { key, ...run }: ReadyRun & { readonly key: string },
): Promise<Preflight | undefined> {
  const { preflight, keyGiven, signal } = run.settings;
  if (!preflight || (keyGiven && (await isKnown(key, context.bridge, signal)))) return undefined;
  const tried = await tryOut(context, run, false);
  if (!tried.fits) throw doesNotFit(tried);
  return tried;
}

async function isKnown(key: string, bridge: FinetuneContext["bridge"], signal: AbortSignal | undefined) {
  for await (const run of bridge.listRuns(signal)) if (run.key === key) return true;
  return false;
}

async function tryOut(
  context: FinetuneContext,
  { settings, specification, planned }: ReadyRun,
  measureAnew: boolean,
): Promise<Preflight> {
  const { signal } = settings;
  const longest = await longestPrompt(context, allTasks(settings), signal);
  const request = { ...requestOf(specification, planned, longest), measureAnew };
  const measured = await context.bridge.preflight(request, signal);
  return resultOf({ context, specification, datums: planned, request, longest }, measured);
}

function requestOf(
  specification: RunSpecification,
  datums: PlannedRows,
  longest: LongestPrompt,
): Omit<PreflightRequest, "measureAnew"> {
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

function trainedTokens(microBatches: readonly (readonly number[])[], datums: PlannedRows): number {
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
  readonly datums: PlannedRows;
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
  const lowest = lowestBlock(layerPlan);
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
    linearWeights: linearWeights(card),
    quantization: card.quantization,
    device: bridge.server.device.name,
    maxNewTokens: longest.maxNewTokens,
  });
  return {
    measuredUnixSeconds: measured.measuredUnixSeconds,
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

function lengthsOf(steps: Steps, datums: PlannedRows): readonly number[] {
  return steps.flat(2).map((row) => datums.lengths[row] ?? 0);
}
