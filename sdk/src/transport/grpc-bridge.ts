/** The gRPC implementation of Bridge: one method a call, each a few lines over the files beside it. */
import type { Datum } from "../data/datum.js";
import type { MidblockError } from "../errors.js";
import type { Completion, GenerateRequest, ScoreRequest, SequenceScore } from "../evaluation/inference.js";
import type { ModelCard } from "../layers/model-card.js";
import type { PreflightMeasurement, PreflightRequest } from "../training/preflight.js";
import type { TrainingEvent } from "../training/run-event.js";
import type { RunExtension } from "../training/run-extension.js";
import type { RunRecord } from "../training/run-record.js";
import type { RunSpecification } from "../training/run-specification.js";
import type { ArtifactPart, Bridge, DatasetStatus, LoadProgress, ServerFacts } from "./bridge.js";
import { Channel, type Method, type TlsOptions } from "./channel.js";
import { encodeDataset } from "./dataset-codec.js";
import { ControlService } from "./gen/midblock/v1/control.js";
import { ArtifactForm, RunsService, type RunRecord as WireRunRecord } from "./gen/midblock/v1/run.js";
import { shakeHands } from "./handshake.js";
import { generate, score } from "./inference-calls.js";
import { loadModelCard } from "./load-model-card.js";
import { runPreflight } from "./run-preflight.js";
import { type StreamOptions, streamMessages } from "./server-stream.js";
import { defaultTimings, type Timings } from "./timings.js";
import { callUnary } from "./unary-call.js";
import { uploadDataset } from "./upload-dataset.js";
import { watchRun } from "./watch-run.js";
import { readArtifactPart } from "./wire/artifact-part.js";
import { readRunRecord } from "./wire/run-record.js";
import { writeBatchPlan, writeRunSpecification } from "./wire/run-specification.js";

/** Where a sidecar is and how to be let in. */
export interface BridgeOptions {
  /** "unix:/path" or "host:port". */
  readonly address: string;
  readonly token: string;
  /** Required for another machine; an empty object trusts the system's certificates. */
  readonly tls?: TlsOptions | undefined;
  /** Version of this package, told to the sidecar. */
  readonly clientVersion: string;
  /** Settles with the reason once the sidecar's process has ended, where the caller can know it; all calls then fail so. */
  readonly gone?: Promise<MidblockError> | undefined;
  /** Stops the opening. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a sidecar and shakes hands.
 *
 * @throws OptionsError for an address that can't be read, or one on another machine without TLS; BridgeError with
 * "connection-failed" when nobody listens, "unauthenticated" for a wrong token, "deadline-exceeded" for a silent peer,
 * "protocol-mismatch" for another protocol version; CancelledError when the signal fires.
 */
export async function openBridge(options: BridgeOptions, timings: Timings = defaultTimings): Promise<Bridge> {
  const channel = new Channel(options.address, options.token, options.tls, timings, options.gone);
  try {
    const { clientVersion, signal } = options;
    return new GrpcBridge(channel, clientVersion, await shakeHands(channel, clientVersion, signal));
  } catch (error) {
    channel.close();
    throw error;
  }
}

class GrpcBridge implements Bridge {
  readonly #channel: Channel;
  readonly #clientVersion: string;
  #server: ServerFacts;

  constructor(channel: Channel, clientVersion: string, server: ServerFacts) {
    this.#channel = channel;
    this.#clientVersion = clientVersion;
    this.#server = server;
  }

  get server(): ServerFacts {
    return this.#server;
  }

  async modelCard(onProgress?: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<ModelCard> {
    const card = await loadModelCard(this.#channel, onProgress, this.#beating(signal));
    // Before the model is loaded the sidecar knows neither its device nor the longest sequence.
    this.#server = await shakeHands(this.#channel, this.#clientVersion, signal);
    return card;
  }

  uploadDataset(datums: Iterable<Datum>, signal?: AbortSignal): Promise<DatasetStatus> {
    return uploadDataset(this.#channel, this.server.limits, encodeDataset(datums), signal);
  }

  preflight(request: PreflightRequest, signal?: AbortSignal): Promise<PreflightMeasurement> {
    return runPreflight(this.#channel, request, this.#beating(signal));
  }

  async startRun(key: string, specification: RunSpecification, signal?: AbortSignal): Promise<RunRecord> {
    const request = { key, specification: writeRunSpecification(specification) };
    return this.#callForRun(RunsService.startRun, request, signal);
  }

  getRun(runId: string, signal?: AbortSignal): Promise<RunRecord> {
    return this.#callForRun(RunsService.getRun, { runId }, signal);
  }

  async *listRuns(signal?: AbortSignal): AsyncGenerator<RunRecord, void, undefined> {
    let beforeRunId = "";
    for (;;) {
      const page = await callUnary(this.#channel, RunsService.listRuns, { limit: 0, beforeRunId }, { signal });
      yield* page.runs.map(readRunRecord);
      const last = page.runs.at(-1);
      if (!page.more || last === undefined) return;
      beforeRunId = last.runId;
    }
  }

  watchRun(runId: string, fromSequence: number, signal?: AbortSignal): AsyncIterable<TrainingEvent> {
    return watchRun(this.#channel, runId, fromSequence, this.#beating(signal));
  }

  cancelRun(runId: string, signal?: AbortSignal): Promise<RunRecord> {
    return this.#callForRun(RunsService.cancelRun, { runId }, signal);
  }

  pauseRun(runId: string, signal?: AbortSignal): Promise<RunRecord> {
    return this.#callForRun(RunsService.pauseRun, { runId }, signal);
  }

  resumeRun(runId: string, step?: number, signal?: AbortSignal): Promise<RunRecord> {
    return this.#callForRun(RunsService.resumeRun, { runId, step }, signal);
  }

  extendRun(runId: string, extension: RunExtension, signal?: AbortSignal): Promise<RunRecord> {
    const { datasetHashes, batchPlan } = extension;
    const wire = { ...extension, datasetHashes: [...datasetHashes], batchPlan: writeBatchPlan(batchPlan) };
    return this.#callForRun(RunsService.extendRun, { ...wire, runId }, signal);
  }

  finishRun(runId: string, reason: string, signal?: AbortSignal): Promise<RunRecord> {
    return this.#callForRun(RunsService.finishRun, { runId, reason }, signal);
  }

  removeCheckpoint(runId: string, step: number, signal?: AbortSignal): Promise<RunRecord> {
    return this.#callForRun(RunsService.removeCheckpoint, { runId, step }, signal);
  }

  async *fetchArtifacts(
    runId: string,
    step?: number,
    signal?: AbortSignal,
    form: "trained" | "merged" = "trained",
  ): AsyncGenerator<ArtifactPart, void, undefined> {
    const options = { signal, silenceMilliseconds: this.#channel.timings.silentWorkMilliseconds };
    const wireForm = form === "merged" ? ArtifactForm.ARTIFACT_FORM_MERGED : ArtifactForm.ARTIFACT_FORM_TRAINED;
    const request = { runId, step, form: wireForm };
    for await (const part of streamMessages(this.#channel, RunsService.fetchArtifacts, request, options)) {
      yield readArtifactPart(part);
    }
  }

  generate(request: GenerateRequest, signal?: AbortSignal): AsyncIterable<Completion> {
    return generate(this.#channel, this.server.limits, request, this.#beating(signal));
  }

  score(request: ScoreRequest, signal?: AbortSignal): AsyncIterable<SequenceScore> {
    return score(this.#channel, this.server.limits, request, this.#beating(signal));
  }

  async shutdown(graceSeconds: number): Promise<void> {
    await callUnary(this.#channel, ControlService.shutdown, { graceSeconds }, {});
  }

  close(): void {
    this.#channel.close();
  }

  async #callForRun<Request>(
    method: Method<Request, WireRunRecord>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<RunRecord> {
    return readRunRecord(await callUnary(this.#channel, method, request, { signal }));
  }

  /** For streams with heartbeats. */
  #beating(signal: AbortSignal | undefined): StreamOptions {
    const silenceMilliseconds = this.server.limits.heartbeatSeconds * 1000 * this.#channel.timings.missedHeartbeats;
    return { signal, silenceMilliseconds };
  }
}
