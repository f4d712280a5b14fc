/** DatasetStatus, read. */
import type { DatasetStatus } from "../bridge.js";
import type { DatasetStatus as WireDatasetStatus } from "../gen/midblock/v1/dataset.js";
import { readUint64 } from "./numbers.js";

export function readDatasetStatus(status: WireDatasetStatus): DatasetStatus {
  return {
    contentHash: status.contentHash,
    receivedBytes: readUint64(status.receivedBytes, "DatasetStatus.received_bytes"),
    complete: status.complete,
    datumCount: readUint64(status.datumCount, "DatasetStatus.datum_count"),
    tokenCount: readUint64(status.tokenCount, "DatasetStatus.token_count"),
    trainedTokenCount: readUint64(status.trainedTokenCount, "DatasetStatus.trained_token_count"),
  };
}
