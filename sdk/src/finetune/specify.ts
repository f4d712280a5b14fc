/** What a run is told, complete: the settings resolved against the model, and the data that it begins with. */
import type { FinetuneSettings } from "../config/finetune-options.js";
import { resolvePhases } from "../layers/layer-schedule.js";
import type { ModelCard } from "../layers/model-card.js";
import { resolveLayerPlan } from "../layers/resolve.js";
import { resolveMethod } from "../training/methods.js";
import { resolveOptimizer } from "../training/optimizer.js";
import type { RunSpecification } from "../training/run-specification.js";

/** What a run begins with. */
export interface RunBeginning {
  readonly datasetHashes: readonly string[];
  readonly steps: RunSpecification["batchPlan"]["steps"];
  readonly stepsTotal: number;
  /** Whether more data and steps follow. */
  readonly open: boolean;
  readonly clientNotes: string;
}

/** Throws what resolving the layers, the method, the schedule and the optimiser throws. */
export function specify(card: ModelCard, settings: FinetuneSettings, beginning: RunBeginning): RunSpecification {
  const { datasetHashes, steps, stepsTotal, open, clientNotes } = beginning;
  const layerPlan = resolveLayerPlan(settings.layers, card, settings.method);
  return {
    datasetHashes,
    layerPlan,
    method: resolveMethod(settings.method, card),
    batchPlan: { steps },
    optimizer: resolveOptimizer(settings.optimizer, stepsTotal),
    seed: settings.seed,
    checkpointEverySteps: settings.checkpointEverySteps,
    // Which checkpoints are needed is then known here alone, and the others are removed from here.
    keepCheckpoints: settings.watch === undefined ? settings.keepCheckpoints : stepsTotal + 1,
    weightsHash: card.weightsHash,
    stepsTotal,
    open,
    trainNorms: settings.trainNorms,
    phases: resolvePhases(settings.layerSchedule, layerPlan, stepsTotal, settings.seed),
    baseDivergenceWeight: settings.baseDivergenceWeight,
    maxLossGrowth: settings.maxLossGrowth,
    maxSeconds: settings.maxSeconds,
    compute: settings.compute,
    clientNotes,
  };
}
