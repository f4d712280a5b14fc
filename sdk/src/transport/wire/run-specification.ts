/** RunSpecification, both ways. */
import { type Fault, LayerPlanError } from "../../errors.js";
import type { BlockPlan, LayerPlan } from "../../layers/layer-plan.js";
import type {
  ComputeSettings,
  FullWeightsMethod,
  LoraMethod,
  OptimizerSettings,
  RunSpecification,
} from "../../training/run-specification.js";
import {
  Schedule,
  type BatchPlan as WireBatchPlan,
  type BlockPlan as WireBlockPlan,
  type ComputeSettings as WireComputeSettings,
  type LayerPlan as WireLayerPlan,
  type OptimizerSettings as WireOptimizerSettings,
  type RunSpecification as WireRunSpecification,
} from "../gen/midblock/v1/run.js";
import { brokenContract, required, unknownValue } from "./incomplete.js";
import { readUint64, writeUint64 } from "./numbers.js";

type Method = LoraMethod | FullWeightsMethod;

/** Throws LayerPlanError where the plan trains a block otherwise than the method does, which the wire can't say. */
export function writeRunSpecification(specification: RunSpecification): WireRunSpecification {
  return {
    datasetHashes: [...specification.datasetHashes],
    layerPlan: writeLayerPlan(specification.layerPlan, specification.method),
    method: writeMethod(specification.method),
    batchPlan: writeBatchPlan(specification.batchPlan),
    optimizer: { ...specification.optimizer, schedule: writeSchedule(specification.optimizer.schedule) },
    seed: writeUint64(specification.seed, "seed"),
    checkpointEverySteps: specification.checkpointEverySteps,
    keepCheckpoints: specification.keepCheckpoints,
    weightsHash: specification.weightsHash,
    clientNotes: specification.clientNotes,
    stepsTotal: specification.stepsTotal,
    open: specification.open,
    trainNorms: specification.trainNorms,
    phases: specification.phases.map(({ fromStep, blockIndices }) => ({ fromStep, blockIndices: [...blockIndices] })),
    baseDivergenceWeight: specification.baseDivergenceWeight,
    maxLossGrowth: specification.maxLossGrowth,
    maxSeconds: specification.maxSeconds,
    compute: writeCompute(specification.compute),
  };
}

export function readRunSpecification(specification: WireRunSpecification): Omit<RunSpecification, "batchPlan"> {
  const method = readMethod(required(specification.method, "RunSpecification.method"));
  return {
    datasetHashes: [...specification.datasetHashes],
    layerPlan: readLayerPlan(required(specification.layerPlan, "RunSpecification.layer_plan"), method),
    method,
    optimizer: readOptimizer(required(specification.optimizer, "RunSpecification.optimizer")),
    seed: readUint64(specification.seed, "RunSpecification.seed"),
    checkpointEverySteps: specification.checkpointEverySteps,
    keepCheckpoints: specification.keepCheckpoints,
    weightsHash: specification.weightsHash,
    clientNotes: specification.clientNotes,
    stepsTotal: specification.stepsTotal,
    open: specification.open,
    trainNorms: specification.trainNorms,
    phases: specification.phases.map(({ fromStep, blockIndices }) => ({ fromStep, blockIndices: [...blockIndices] })),
    baseDivergenceWeight: specification.baseDivergenceWeight,
    maxLossGrowth: specification.maxLossGrowth,
    maxSeconds: specification.maxSeconds,
    compute: readCompute(required(specification.compute, "RunSpecification.compute")),
  };
}

function writeCompute(settings: ComputeSettings): WireComputeSettings {
  const { gradientCheckpointing, compile, prefixCacheMemoryBytes, prefixCacheDiskBytes } = settings;
  return {
    gradientCheckpointing,
    compile,
    prefixCacheMemoryBytes: writeUint64(prefixCacheMemoryBytes, "prefixCacheMemoryBytes"),
    prefixCacheDiskBytes: writeUint64(prefixCacheDiskBytes, "prefixCacheDiskBytes"),
  };
}

function readCompute(settings: WireComputeSettings): ComputeSettings {
  const { gradientCheckpointing, compile } = settings;
  return {
    gradientCheckpointing,
    compile,
    prefixCacheMemoryBytes: readUint64(settings.prefixCacheMemoryBytes, "ComputeSettings.prefix_cache_memory_bytes"),
    prefixCacheDiskBytes: readUint64(settings.prefixCacheDiskBytes, "ComputeSettings.prefix_cache_disk_bytes"),
  };
}

function writeLayerPlan(plan: LayerPlan, method: Method): WireLayerPlan {
  const train = method.kind === "lora" ? "lora" : "full";
  const faults = plan.blocks.filter((block) => block.train !== train).map((block) => mixedFault(block, train));
  if (faults.length > 0) {
    throw new LayerPlanError({
      code: "invalid-layer-plan",
      what: `The layer plan does not fit the method ${method.kind}.`,
      faults,
    });
  }
  return {
    blocks: plan.blocks.map(({ index, rank }) => ({ index, rank })),
    blockCount: plan.blockCount,
  };
}

function mixedFault(block: BlockPlan, wanted: BlockPlan["train"]): Fault {
  return { where: `block ${block.index}`, problem: "trained in another way", found: block.train, wanted };
}

function readLayerPlan(plan: WireLayerPlan, method: Method): LayerPlan {
  return {
    blocks: plan.blocks.map((block) => readBlockPlan(block, method)),
    blockCount: plan.blockCount,
    why: "as the sidecar recorded it", // The reason is for people and isn't sent.
  };
}

function readBlockPlan({ index, rank }: WireBlockPlan, method: Method): BlockPlan {
  if (method.kind === "full-weights") return { index, train: "full" };
  return { index, train: "lora", rank: required(rank, "BlockPlan.rank") };
}

function writeMethod(method: Method): NonNullable<WireRunSpecification["method"]> {
  if (method.kind === "full-weights") return { $case: "fullWeights", value: {} };
  const { targets, scale, dropout, rankStabilized, weightDecomposed } = method;
  return { $case: "lora", value: { targets: [...targets], scale, dropout, rankStabilized, weightDecomposed } };
}

function readMethod(method: NonNullable<WireRunSpecification["method"]>): Method {
  switch (method.$case) {
    case "lora": {
      const { targets, scale, dropout, rankStabilized, weightDecomposed } = method.value;
      return { kind: "lora", targets: [...targets], scale, dropout, rankStabilized, weightDecomposed };
    }
    case "fullWeights":
      return { kind: "full-weights" };
  }
}

export function writeBatchPlan(plan: RunSpecification["batchPlan"]): WireBatchPlan {
  return {
    steps: plan.steps.map((microBatches) => ({
      microBatches: microBatches.map((datumIndices) => ({ datumIndices: [...datumIndices] })),
    })),
  };
}

function readOptimizer(settings: WireOptimizerSettings): OptimizerSettings {
  return { ...settings, schedule: readSchedule(settings.schedule) };
}

function writeSchedule(schedule: OptimizerSettings["schedule"]): Schedule {
  switch (schedule) {
    case "constant":
      return Schedule.SCHEDULE_CONSTANT;
    case "linear":
      return Schedule.SCHEDULE_LINEAR;
    case "cosine":
      return Schedule.SCHEDULE_COSINE;
    case "warm-up-stable-decay":
      return Schedule.SCHEDULE_WARMUP_STABLE_DECAY;
  }
}

function readSchedule(schedule: Schedule): OptimizerSettings["schedule"] {
  switch (schedule) {
    case Schedule.SCHEDULE_CONSTANT:
      return "constant";
    case Schedule.SCHEDULE_LINEAR:
      return "linear";
    case Schedule.SCHEDULE_COSINE:
      return "cosine";
    case Schedule.SCHEDULE_WARMUP_STABLE_DECAY:
      return "warm-up-stable-decay";
    case Schedule.SCHEDULE_UNSPECIFIED:
    case Schedule.UNRECOGNIZED:
      throw brokenContract("OptimizerSettings.schedule", String(schedule));
  }
  return unknownValue(schedule, "OptimizerSettings.schedule");
}
