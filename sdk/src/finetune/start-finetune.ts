/** The main job, read top to bottom: check and prepare all, then hand over a handle while the work goes on. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import type { DataModel } from "../data/data-model.js";
import { PreparedDataset } from "../data/prepared-dataset.js";
import type { AnswerCache } from "../evaluation/answers/answer-cache.js";
import { checkTasks } from "../evaluation/before-after.js";
import { checkFigureName } from "../evaluation/watched-figure.js";
import type { ModelCard } from "../layers/model-card.js";
import { drawLayerPlan } from "../layers/picture.js";
import { resolveLayerPlan } from "../layers/resolve.js";
import { trainableParameters } from "../layers/trainable-parameters.js";
import { resolveMethod } from "../training/methods.js";
import type { Bridge } from "../transport/bridge.js";
import { withTasksLoadedOnce } from "./all-tasks.js";
import { carryOut } from "./carry-out.js";
import { EventLog } from "./event-log.js";
import { feedRun } from "./feed-run.js";
import { FinetuneRun } from "./finetune-run.js";
import { growingData } from "./growing-data.js";
import type { FinetuneJob } from "./job.js";
import { tryOnce } from "./preflight.js";
import { RunControl } from "./run-control.js";
import { runKey } from "./run-key.js";
import { specify } from "./specify.js";
import type { BegunData, DataPart } from "./training-data.js";
import { wholeData } from "./whole-data.js";

/** What a finetune needs of the client. */
export interface FinetuneContext extends DataModel {
  readonly bridge: Bridge;
  readonly card: ModelCard;
  /** Where answers of evaluations are kept; undefined: nowhere. */
  readonly answers: AnswerCache | undefined;
}

/**
 * Prepares everything that can fail early (data, plan, tasks, upload), so that its errors come at once and all
 * together; then starts the work and returns its handle.
 */
export async function startFinetune(context: FinetuneContext, chosen: FinetuneSettings): Promise<FinetuneRun> {
  const settings = withTasksLoadedOnce(chosen);
  const { bridge, card } = context;
  // Faults of these are told before any data is read.
  resolveMethod(settings.method, card);
  resolveLayerPlan(settings.layers, card, settings.method);
  const watched = settings.watch?.tasks ?? [];
  checkTasks(settings.evaluate);
  checkTasks(watched, "watch.tasks");
  checkFigureName(settings.watch?.figure, watched);

  const control = new RunControl(bridge, settings.signal);
  const { data, first, stepsTotal, rest, planned } = await beginData(context, settings, control);
  const notesOf = ({ notes }: DataPart) => JSON.stringify({ name: settings.name, data: data.name, ...notes });
  const specification = specify(card, settings, {
    ...first,
    stepsTotal,
    open: rest !== undefined,
    clientNotes: notesOf(first),
  });
  const { layerPlan, method, trainNorms } = specification;

  const key = runKey(settings.key, specification, settings.watch);
  const preflight =
    planned === undefined ? undefined : await tryOnce(context, { settings, specification, planned, key });
  // Tasks are asked on the day that the data was prepared for.
  const template = context.template.on(data.settings.date);
  const fed = rest === undefined ? Promise.resolve() : feedRun(rest, bridge, control, notesOf);
  // It fails the whole by the control; the promise itself is looked at only where the training came to its end.
  fed.catch(() => {});
  const job: FinetuneJob = { ...context, template, settings, data, fed, specification, key, preflight };
  const log = new EventLog();
  const result = carryOut(job, log, control);
  // The caller may never ask for the result; its failure must then not end the process.
  result.catch(() => {});
  return new FinetuneRun({
    key: settings.key,
    plan: layerPlan,
    drawPlan: (width = 80, colour = false) =>
      drawLayerPlan(layerPlan, card, { width, colour, method, trainNorms, schedule: settings.layerSchedule }),
    data,
    preflight,
    trainableParameters: trainableParameters(layerPlan, method, card, trainNorms),
    totalParameters: card.parameters.total,
    stepsTotal,
    log,
    runId: control.runId,
    result,
    pause: () => control.pause(),
    cancel: () => control.cancel(),
  });
}

/** Data by parts while it trains, where that was asked for; else all of it first. */
function beginData(context: FinetuneContext, settings: FinetuneSettings, control: RunControl): Promise<BegunData> {
  const { data: source, trainWhilePreparing, maxSteps } = settings;
  const grows = trainWhilePreparing && maxSteps !== undefined && !(source instanceof PreparedDataset);
  if (!grows) return wholeData(context, settings);
  return growingData(context, settings, { source, maxSteps, signal: control.signal });
}
