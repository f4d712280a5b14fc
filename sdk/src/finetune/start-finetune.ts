/** The main job, read top to bottom: check and prepare all, then hand over a handle while the work goes on. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { ChatTemplate } from "../data/chat-template.js";
import { prepareData } from "../data/prepare.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { checkTasks } from "../evaluation/before-after.js";
import type { ModelCard } from "../layers/model-card.js";
import { drawLayerPlan } from "../layers/picture.js";
import { resolveLayerPlan } from "../layers/resolve.js";
import { trainableParameters } from "../layers/trainable-parameters.js";
import { planBatches } from "../training/batch-plan.js";
import { resolveMethod } from "../training/methods.js";
import { resolveOptimizer } from "../training/optimizer.js";
import type { RunSpecification } from "../training/run-specification.js";
import type { Bridge } from "../transport/bridge.js";
import { carryOut } from "./carry-out.js";
import { EventLog } from "./event-log.js";
import { FinetuneRun } from "./finetune-run.js";
import type { FinetuneJob } from "./job.js";
import { RunControl } from "./run-control.js";
import { runKey } from "./run-key.js";

/** What a finetune needs of the client. */
export interface FinetuneContext {
  readonly bridge: Bridge;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
}

/**
 * Prepares everything that can fail early (data, plan, tasks, upload), so that its errors come at once and all
 * together; then starts the work and returns its handle.
 */
export async function startFinetune(context: FinetuneContext, settings: FinetuneSettings): Promise<FinetuneRun> {
  const { bridge, card, tokenizer, template } = context;
  const { signal } = settings;
  const method = resolveMethod(settings.method, card);
  const layerPlan = resolveLayerPlan(settings.layers, card, settings.method);
  checkTasks(settings.evaluate);

  const maxTokens = Math.min(settings.maxTokens ?? Number.POSITIVE_INFINITY, bridge.server.limits.maxSequenceTokens);
  const prepared = await prepareData(settings.data, {
    tokenizer,
    template,
    maxTokens,
    tooLong: settings.tooLong,
    signal,
  });
  const batchPlan = planBatches({
    lengths: prepared.datums.map((datum) => datum.tokenIds.length),
    epochs: settings.epochs,
    stepSize: { examples: settings.batchSize },
    maxMicroBatchTokens: settings.maxMicroBatchTokens,
    seed: settings.seed,
    maxSteps: settings.maxSteps,
  });
  const dataset = await bridge.uploadDataset(prepared.datums, signal);
  const specification: RunSpecification = {
    datasetHash: dataset.contentHash,
    layerPlan,
    method,
    batchPlan,
    optimizer: resolveOptimizer(settings.optimizer, batchPlan.steps.length),
    seed: settings.seed,
    checkpointEverySteps: settings.checkpointEverySteps,
    keepCheckpoints: settings.keepCheckpoints,
    weightsHash: card.weightsHash,
    clientNotes: JSON.stringify({ name: settings.name, data: settings.data.name }),
  };

  const job: FinetuneJob = { ...context, settings, prepared, specification, key: runKey(settings.key, specification) };
  const log = new EventLog();
  const control = new RunControl(bridge, signal);
  const result = carryOut(job, log, control);
  // The caller may never ask for the result; its failure must then not end the process.
  result.catch(() => {});
  return new FinetuneRun({
    key: settings.key,
    plan: layerPlan,
    drawPlan: (width = 80, colour = false) => drawLayerPlan(layerPlan, card, { width, colour, method }),
    data: prepared.summary,
    trainableParameters: trainableParameters(layerPlan, method, card),
    totalParameters: card.parameters.total,
    stepsTotal: batchPlan.steps.length,
    log,
    runId: control.runId,
    result,
    pause: () => control.pause(),
    cancel: () => control.cancel(),
  });
}
