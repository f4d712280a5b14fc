/** Uploads a data set in chunks, as far as the sidecar lacks it. */
import { BridgeError } from "../errors.js";
import type { DatasetStatus, EncodedDataset, ServerLimits } from "./bridge.js";
import type { Channel } from "./channel.js";
import {
  DatasetsService,
  type UploadDatasetRequest,
  type DatasetStatus as WireStatus,
} from "./gen/midblock/v1/dataset.js";
import { Retry } from "./retry.js";
import { withinSilence } from "./silence.js";
import { callError, cancelledError, silenceError } from "./status.js";
import { callUnary } from "./unary-call.js";
import { readDatasetStatus } from "./wire/dataset-status.js";
import { brokenContract } from "./wire/incomplete.js";

const method = DatasetsService.uploadDataset;

/** Sends what is missing; a broken upload goes on where the sidecar's stored bytes end. */
export async function uploadDataset(
  channel: Channel,
  limits: ServerLimits,
  dataset: EncodedDataset,
  signal: AbortSignal | undefined,
): Promise<DatasetStatus> {
  checkSize(dataset, limits);
  const retry = new Retry(channel, signal);
  const { contentHash } = dataset;
  let stored = 0;
  for (;;) {
    try {
      const known = readDatasetStatus(
        await callUnary(channel, DatasetsService.getDataset, { contentHash }, { signal }),
      );
      if (known.complete) return known;
      if (known.receivedBytes > stored) retry.progressed();
      stored = known.receivedBytes;
      const messages = uploadMessages(dataset, stored, limits.maxChunkBytes);
      const status = readDatasetStatus(await sendMessages(channel, messages, signal));
      if (!status.complete) throw brokenContract("DatasetStatus.complete", "false after all bytes were sent");
      return status;
    } catch (error) {
      await retry.afterFailure(error);
    }
  }
}

function checkSize({ bytes }: EncodedDataset, { maxDatasetBytes }: ServerLimits): void {
  if (bytes.length <= maxDatasetBytes) return;
  throw new BridgeError({
    code: "limit-exceeded",
    what: "The data set is larger than the sidecar accepts.",
    found: `${bytes.length} bytes`,
    wanted: `at most ${maxDatasetBytes} bytes`,
    nextStep: "Train on fewer or shorter examples.",
  });
}

function* uploadMessages(
  { contentHash, bytes }: EncodedDataset,
  offset: number,
  chunkBytes: number,
): Generator<UploadDatasetRequest> {
  const header = { contentHash, totalBytes: BigInt(bytes.length), offset: BigInt(offset) };
  yield { part: { $case: "header", value: header } };
  for (let start = offset; start < bytes.length; start += chunkBytes) {
    const length = Math.min(chunkBytes, bytes.length - start);
    yield { part: { $case: "chunk", value: Buffer.from(bytes.buffer, bytes.byteOffset + start, length) } };
  }
}

async function sendMessages(
  channel: Channel,
  messages: Iterable<UploadDatasetRequest>,
  signal: AbortSignal | undefined,
): Promise<WireStatus> {
  const context = { channel, method, signal };
  if (signal?.aborted) throw cancelledError(context);
  const { silentWorkMilliseconds } = channel.timings;
  const onSilence = () => silenceError(context, silentWorkMilliseconds);
  const { call, answer } = startUpload(channel);
  const cancel = () => call.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (const message of messages) {
      const written = new Promise<undefined>((resolve) => call.write(message, () => resolve(undefined)));
      // The sidecar may answer before the end: with an error, or because another upload completed the set.
      const early = await withinSilence(Promise.race([written, answer]), silentWorkMilliseconds, onSilence);
      if (early !== undefined) return early;
    }
    call.end();
    return await withinSilence(answer, silentWorkMilliseconds, onSilence);
  } catch (error) {
    throw callError(error, context);
  } finally {
    signal?.removeEventListener("abort", cancel);
    call.cancel();
  }
}

function startUpload(channel: Channel) {
  const { path, requestSerialize, responseDeserialize } = method;
  let settle: (error: Error | null, status: WireStatus | undefined) => void;
  const answer = new Promise<WireStatus>((resolve, reject) => {
    settle = (error, status) => (status === undefined ? reject(error) : resolve(status));
  });
  // It may fail while nobody waits for it: after silence, or after a write of ours threw.
  answer.catch(() => {});
  const call = channel.client.makeClientStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    channel.metadata(),
    (error, status) => settle(error, status),
  );
  call.on("error", () => {});
  return { call, answer };
}
