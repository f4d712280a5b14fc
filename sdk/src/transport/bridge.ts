/** The seam between the SDK and a sidecar, in our own types. Nothing above it knows of gRPC. */
import type { Datum } from "../data/datum.js";
import type { Inference } from "../evaluation/inference.js";
import type { ModelCard } from "../layers/model-card.js";
import type { PreflightMeasurement, PreflightRequest } from "../training/preflight.js";
import type { TrainingEvent } from "../training/run-event.js";
import type { RunExtension } from "../training/run-extension.js";
import type { RunRecord } from "../training/run-record.js";
import type { RunSpecification } from "../training/run-specification.js";

/** Facts about the sidecar, from the handshake. */
export interface ServerFacts {
  readonly protocolVersion: number;
  readonly contractDigest: string;
  readonly serverVersion: string;
  /** By package name: python, torch, transformers, ... */
  readonly packageVersions: Readonly<Record<string, string>>;
  readonly device: {
    readonly name: string;
    readonly description: string;
    readonly memoryBytes: number;
    readonly dtype: string;
    readonly dtypeReason: string;
    readonly threads: number;
  };
  readonly capabilities: readonly string[];
  readonly limits: ServerLimits;
  readonly processId: number;
}

/** What the sidecar accepts. */
export interface ServerLimits {
  readonly maxMessageBytes: number;
  readonly maxChunkBytes: number;
  readonly maxDatasetBytes: number;
  readonly maxSequenceTokens: number;
  readonly maxRequestSequences: number;
  readonly heartbeatSeconds: number;
}

/** How far loading has come. */
export interface LoadProgress {
  readonly stage: string;
  /** 0 to 1; undefined where unknown. */
  readonly fraction: number | undefined;
}

/** What the sidecar has of a data set. */
export interface DatasetStatus {
  readonly contentHash: string;
  readonly receivedBytes: number;
  readonly complete: boolean;
  readonly datumCount: number;
  readonly tokenCount: number;
  readonly trainedTokenCount: number;
}

/** A piece of a file that a run produced, in order; files come one after the other. */
export type ArtifactPart =
  | { readonly kind: "header"; readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly kind: "chunk"; readonly data: Uint8Array };

/**
 * A connection to a sidecar. Every method throws a MidblockError and takes an AbortSignal; leaving an async iterable
 * early cancels its call. Streams carry heartbeats inside and fail when the other side falls silent.
 */
export interface Bridge extends Inference {
  /** Facts from the handshake. The device and limits.maxSequenceTokens are known once modelCard has given the card. */
  readonly server: ServerFacts;
  /** Waits until the model is loaded. */
  modelCard(onProgress?: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<ModelCard>;
  /** Encodes a data set and uploads what the sidecar lacks of it; resumes broken uploads. */
  uploadDataset(datums: Iterable<Datum>, signal?: AbortSignal): Promise<DatasetStatus>;
  /** Tries out the largest step and the longest prompt of a run, and leaves everything as it was. */
  preflight(request: PreflightRequest, signal?: AbortSignal): Promise<PreflightMeasurement>;
  startRun(key: string, specification: RunSpecification, signal?: AbortSignal): Promise<RunRecord>;
  getRun(runId: string, signal?: AbortSignal): Promise<RunRecord>;
  /** Newest first; pages are fetched as they are needed. */
  listRuns(signal?: AbortSignal): AsyncIterable<RunRecord>;
  /**
   * Events from a sequence number on. Reconnects by itself after a broken stream and goes on where it was; ends after
   * "run-end", "run-paused" or "run-interrupted".
   */
  watchRun(runId: string, fromSequence: number, signal?: AbortSignal): AsyncIterable<TrainingEvent>;
  cancelRun(runId: string, signal?: AbortSignal): Promise<RunRecord>;
  pauseRun(runId: string, signal?: AbortSignal): Promise<RunRecord>;
  /** step undefined: the newest checkpoint. */
  resumeRun(runId: string, step?: number, signal?: AbortSignal): Promise<RunRecord>;
  /** Appends to an open run; a waiting one goes on. A completed one takes no more, and its record says so. */
  extendRun(runId: string, extension: RunExtension, signal?: AbortSignal): Promise<RunRecord>;
  /** Completes a run at its next step; the reason is in kebab case, 1 to 200 characters. An ended run stays as it is. */
  finishRun(runId: string, reason: string, signal?: AbortSignal): Promise<RunRecord>;
  /** Removes a checkpoint's files. One that is not there is no error; the newest stays, and asking for it is one. */
  removeCheckpoint(runId: string, step: number, signal?: AbortSignal): Promise<RunRecord>;
  /** step undefined: the newest checkpoint. */
  fetchArtifacts(
    runId: string,
    step?: number,
    signal?: AbortSignal,
    form?: "trained" | "merged",
  ): AsyncIterable<ArtifactPart>;
  /** Asks the sidecar to stop. */
  shutdown(graceSeconds: number): Promise<void>;
  /** Closes the connection; the sidecar goes on. */
  close(): void;
}
