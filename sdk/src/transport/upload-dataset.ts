/** Uploads a data set in chunks, as far as the sidecar lacks it. */
import { BridgeError } from "../errors.js";
import type { DatasetStatus, ServerLimits } from "./bridge.js";
import type { Channel } from "./channel.js";
import { sendStream } from "./client-stream.js";
import type { EncodedDataset } from "./dataset-codec.js";
import { DatasetsService, type UploadDatasetRequest } from "./gen/midblock/v1/dataset.js";
import { Retry } from "./retry.js";
import { callUnary } from "./unary-call.js";
import { readDatasetStatus } from "./wire/dataset-status.js";
import { brokenContract } from "./wire/incomplete.js";

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
      const status = readDatasetStatus(await sendStream(channel, DatasetsService.uploadDataset, messages, signal));
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
