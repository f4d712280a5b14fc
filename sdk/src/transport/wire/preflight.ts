/** Preflights, both ways. */
import type { PreflightMeasurement, PreflightRequest } from "../../training/preflight.js";
import type {
  PreflightReport as WirePreflightReport,
  RunPreflightRequest as WirePreflightRequest,
} from "../gen/midblock/v1/preflight.js";
import { required } from "./incomplete.js";
import { readUint64 } from "./numbers.js";
import { writeRunSpecification } from "./run-specification.js";

export function writePreflightRequest({ specification, ...request }: PreflightRequest): WirePreflightRequest {
  return {
    specification: { ...writeRunSpecification(specification), datasetHashes: [], batchPlan: undefined },
    ...request,
    sequenceTokens: [...request.sequenceTokens],
  };
}

export function readPreflightReport(report: WirePreflightReport): PreflightMeasurement {
  const memory = required(report.memory, "PreflightReport.memory");
  return {
    memory: {
      weights: readUint64(memory.weights, "MemoryParts.weights"),
      trainable: readUint64(memory.trainable, "MemoryParts.trainable"),
      gradients: readUint64(memory.gradients, "MemoryParts.gradients"),
      optimizer: readUint64(memory.optimizer, "MemoryParts.optimizer"),
      activations: readUint64(memory.activations, "MemoryParts.activations"),
      keyValueCache: readUint64(memory.keyValueCache, "MemoryParts.key_value_cache"),
    },
    trainingPeakBytes: readUint64(report.trainingPeakBytes, "PreflightReport.training_peak_bytes"),
    generationPeakBytes: readUint64(report.generationPeakBytes, "PreflightReport.generation_peak_bytes"),
    availableBytes: readUint64(report.availableBytes, "PreflightReport.available_bytes"),
    fits: report.fits,
    microBatchSeconds: report.microBatchSeconds,
    updateSeconds: report.updateSeconds,
    microBatchJoules: report.microBatchJoules,
    measuredUnixSeconds: report.measuredUnixSeconds,
  };
}
