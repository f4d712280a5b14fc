/** HandshakeResponse, read. */
import type { ServerFacts, ServerLimits } from "../bridge.js";
import type { HandshakeResponse, Limits } from "../gen/midblock/v1/control.js";
import { brokenContract, required } from "./incomplete.js";
import { readUint64 } from "./numbers.js";

export function readServerFacts(response: HandshakeResponse): ServerFacts {
  const device = required(response.device, "HandshakeResponse.device");
  return {
    protocolVersion: response.protocolVersion,
    contractDigest: response.contractDigest,
    serverVersion: response.serverVersion,
    packageVersions: { ...response.packageVersions },
    device: {
      name: device.name,
      description: device.description,
      memoryBytes: readUint64(device.memoryBytes, "Device.memory_bytes"),
      dtype: device.dtype,
      dtypeReason: device.dtypeReason,
      threads: device.threads,
    },
    capabilities: [...response.capabilities],
    limits: readLimits(required(response.limits, "HandshakeResponse.limits")),
    processId: response.processId,
  };
}

function readLimits(limits: Limits): ServerLimits {
  // Streams are judged by it; with 0 every stream would count as dead at once.
  if (!(limits.heartbeatSeconds > 0)) {
    throw brokenContract("Limits.heartbeat_seconds", String(limits.heartbeatSeconds));
  }
  return {
    maxMessageBytes: readUint64(limits.maxMessageBytes, "Limits.max_message_bytes"),
    maxChunkBytes: readUint64(limits.maxChunkBytes, "Limits.max_chunk_bytes"),
    maxDatasetBytes: readUint64(limits.maxDatasetBytes, "Limits.max_dataset_bytes"),
    maxSequenceTokens: limits.maxSequenceTokens,
    maxRequestSequences: limits.maxRequestSequences,
    heartbeatSeconds: limits.heartbeatSeconds,
  };
}
