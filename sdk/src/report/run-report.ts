/**
 * Everything the report and the manifest show of a finished run, as one plain JSON-like value.
 *
 * The client fills it from the model card, the run's record and events, and the evaluation; nothing in this folder
 * measures, fetches or defaults anything. `manifest.ts`, `html.ts` and `summary.ts` each turn it into one form, and
 * `save.ts` writes them.
 */
import type { DataSummary } from "../data/data-summary.js";
import type { DriftResult, TaskComparison } from "../evaluation/result.js";
import type { WatchedRun } from "../evaluation/watched-run.js";
import type { LayerPlan } from "../layers/layer-plan.js";
import type { PackingFigures } from "../training/packing.js";
import type { Preflight } from "../training/preflight-result.js";
import type { StepEndEvent } from "../training/run-event.js";
import type { FullWeightsMethod, LoraMethod, OptimizerSettings } from "../training/run-specification.js";

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A file that the run produced. */
export interface ReportArtifact {
  /** Relative to the report's folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The base model. */
export interface ReportModel {
  readonly name: string;
  readonly architecture: string;
  readonly weightsHash: string;
  readonly parameters: number;
  /** As the model names it; empty where unknown. */
  readonly license: string;
  /** How the blocks' linear maps were held: "none", as all else in the device's `dtype`, or "nf4", in 4 bits. */
  readonly quantization: string;
  /** Folder or hub id that transformers loads the base from; undefined where there is none, as for a bare GGUF file. */
  readonly loadableFrom: string | undefined;
}

/** The training data. */
export interface ReportData extends DataSummary {
  /** As the user gave it, such as a file name. */
  readonly name: string;
  /** "sha256:" and hex over the encoded data set; of several parts, one after the other with commas between. */
  readonly contentHash: string;
  readonly packing: PackingFigures;
  /** General data that was mixed in; undefined where there was none. */
  readonly replay: ReportReplay | undefined;
}

/** General data that was mixed in. */
export interface ReportReplay extends DataSummary {
  readonly name: string;
  /** "sha256:" and hex over the encoded data set. */
  readonly contentHash: string;
  /** "sha256:" and hex over what all examples of the source say. */
  readonly sourceHash: string;
  /** Share that was asked for, of an epoch's examples, or of its tokens where steps were counted in tokens. */
  readonly share: number;
  /** How often one of its examples was planned. */
  readonly uses: number;
}

/** Where it ran. */
export interface ReportDevice {
  readonly name: string;
  readonly description: string;
  readonly memoryBytes: number;
  readonly dtype: string;
  readonly threads: number;
}

/** What ran it. */
export interface ReportVersions {
  readonly sdk: string;
  readonly server: string;
  /** By package name: python, torch, transformers, ... */
  readonly packages: Readonly<Record<string, string>>;
}

/** When, by what and of which base a report is. */
export interface ReportOrigin {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly versions: ReportVersions;
  readonly device: ReportDevice;
  readonly model: ReportModel;
}

/** A finished run. */
export interface RunReport extends ReportOrigin {
  readonly title: string;
  readonly runId: string;
  readonly data: ReportData;
  /** Undefined for a model without a chat template. */
  readonly templateHash: string | undefined;
  readonly layerPlan: LayerPlan;
  readonly method: LoraMethod | FullWeightsMethod;
  readonly optimizer: OptimizerSettings;
  readonly seed: number;
  /** Every other setting with its resolved value, nested as the options are. */
  readonly settings: { readonly [key: string]: JsonValue };
  readonly trainableParameters: number;
  readonly totalParameters: number;
  /** One a step, in order. */
  readonly steps: readonly StepEndEvent[];
  /** Steps that were planned. */
  readonly stepsTotal: number;
  /** Why training completed before its last step: "max-seconds", "early-stop", "retention-below", or what it was told; else empty. */
  readonly endReason: string;
  /** Undefined where checkpoints were not watched. */
  readonly watched: WatchedRun | undefined;
  readonly comparisons: readonly TaskComparison[];
  /** Undefined where drift was not measured. */
  readonly drift: DriftResult | undefined;
  /** What was measured before the start; undefined where nothing was tried. */
  readonly preflight: Preflight | undefined;
  /** Wall time in seconds by part, such as "training" or "evaluation before", in the order they ran. */
  readonly timings: Readonly<Record<string, number>>;
  /** Empty until the report is saved. */
  readonly artifacts: readonly ReportArtifact[];
  /** What a user should know, one sentence each. */
  readonly warnings: readonly string[];
}
