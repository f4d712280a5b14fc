/** The main job, read top to bottom: check and prepare all, then hand over a handle while the work goes on. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { DataModel } from "../data/data-model.js";
import { PreparedDataset, prepareDataset } from "../data/prepared-dataset.js";
import { OptionsError } from "../errors.js";
import { checkTasks } from "../evaluation/before-after.js";
import { loadOnce } from "../evaluation/load-once.js";
import { resolvePhases } from "../layers/layer-schedule.js";
import type { ModelCard } from "../layers/model-card.js";
import { drawLayerPlan } from "../layers/picture.js";
import { resolveLayerPlan } from "../layers/resolve.js";
import { trainableParameters } from "../layers/trainable-parameters.js";
import { microBatchBudget, planBatches } from "../training/batch-plan.js";
import { resolveMethod } from "../training/methods.js";
import { resolveOptimizer } from "../training/optimizer.js";
import { measurePacking } from "../training/packing.js";
import type { RunSpecification } from "../training/run-specification.js";
import type { Bridge } from "../transport/bridge.js";
import { carryOut } from "./carry-out.js";
import { EventLog } from "./event-log.js";
import { FinetuneRun } from "./finetune-run.js";
import type { FinetuneJob } from "./job.js";
import { RunControl } from "./run-control.js";
import { runKey } from "./run-key.js";

/** What a finetune needs of the client. */
export interface FinetuneContext extends DataModel {
  readonly bridge: Bridge;
  readonly card: ModelCard;
}

/**
 * Prepares everything that can fail early (data, plan, tasks, upload), so that its errors come at once and all
 * together; then starts the work and returns its handle.
 */
export async function startFinetune(context: FinetuneContext, chosen: FinetuneSettings): Promise<FinetuneRun> {
  // Each task is read for contamination, before and after.
  const settings = { ...chosen, evaluate: chosen.evaluate.map(loadOnce) };
  const { bridge, card } = context;
  const { signal, trainNorms } = settings;
  const method = resolveMethod(settings.method, card);
  const layerPlan = resolveLayerPlan(settings.layers, card, settings.method);
  checkTasks(settings.evaluate);

  const prepared = await prepare(context, settings);
  const summary = prepared.summary();
  const { lengths } = prepared.datums;
  const batchPlan = planBatches({ ...settings, lengths });
  const packing = measurePacking(batchPlan.steps.flat(), lengths, microBatchBudget(settings));
  const dataset = await bridge.uploadDataset(prepared.datums, signal);
  const specification: RunSpecification = {
    datasetHashes: [dataset.contentHash],
    layerPlan,
    method,
    batchPlan,
    optimizer: resolveOptimizer(settings.optimizer, batchPlan.steps.length),
    seed: settings.seed,
    checkpointEverySteps: settings.checkpointEverySteps,
    keepCheckpoints: settings.keepCheckpoints,
    weightsHash: card.weightsHash,
    stepsTotal: batchPlan.steps.length,
    open: false,
    trainNorms,
    phases: resolvePhases(settings.layerSchedule, layerPlan, batchPlan.steps.length, settings.seed),
    baseDivergenceWeight: settings.baseDivergenceWeight,
    maxLossGrowth: settings.maxLossGrowth,
    maxSeconds: settings.maxSeconds,
    compute: settings.compute,
    clientNotes: JSON.stringify({ name: settings.name, data: prepared.name, summary, packing }),
  };

  const key = runKey(settings.key, specification);
  // Tasks are asked on the day that the data was prepared for.
  const template = context.template.on(prepared.settings.date);
  const job: FinetuneJob = { ...context, template, settings, prepared, packing, specification, key };
  const log = new EventLog();
  const control = new RunControl(bridge, signal);
  const result = carryOut(job, log, control);
  // The caller may never ask for the result; its failure must then not end the process.
  result.catch(() => {});
  return new FinetuneRun({
    key: settings.key,
    plan: layerPlan,
    drawPlan: (width = 80, colour = false) =>
      drawLayerPlan(layerPlan, card, { width, colour, method, trainNorms, schedule: settings.layerSchedule }),
    data: summary,
    packing,
    trainableParameters: trainableParameters(layerPlan, method, card, trainNorms),
    totalParameters: card.parameters.total,
    stepsTotal: batchPlan.steps.length,
    log,
    runId: control.runId,
    result,
    pause: () => control.pause(),
    cancel: () => control.cancel(),
  });
}

/** Data that was prepared is taken as it is, if it was prepared with this client's own tokenizer. */
async function prepare(context: FinetuneContext, settings: FinetuneSettings): Promise<PreparedDataset> {
  const { data, evaluate, signal } = settings;
  const isPrepared = data instanceof PreparedDataset;
  if (isPrepared && (data.model.tokenizer !== context.tokenizer || data.model.template !== context.template)) {
    throw preparedElsewhere(data, context);
  }
  const prepared = isPrepared ? data : await prepareDataset(data, context, settings, signal);
  return prepared.comparedWith(evaluate, signal);
}

function preparedElsewhere(data: PreparedDataset, context: FinetuneContext): OptionsError {
  return new OptionsError({
    code: "invalid-options",
    what: "The data was prepared with another tokenizer than this client's.",
    found: `${data.name}, prepared for ${data.model.name}`,
    wanted: `data prepared for the model ${context.name} of this client`,
    nextStep: "prepare it with data.prepare(client.model), or give the data set itself",
  });
}
