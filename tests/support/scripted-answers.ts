/** Answers of a scripted sidecar, with every field of the contract set, and openBridge with short waits. */
import type { Bridge } from "../../sdk/src/transport/bridge.js";
import { contractDigest, protocolVersion } from "../../sdk/src/transport/gen/contract.js";
import { openBridge } from "../../sdk/src/transport/grpc-bridge.js";
import { defaultTimings, type Timings } from "../../sdk/src/transport/timings.js";
import type { WireMessage } from "./contract-definitions.js";
import { type Script, type ScriptedSidecar, startScriptedSidecar } from "./scripted-sidecar.js";

/** Short pauses, so that tests of reconnection are quick; nothing is awaited by them. */
export const quickTimings: Timings = { ...defaultTimings, firstPauseMilliseconds: 1, longestPauseMilliseconds: 4 };

export const handshakeAnswer: WireMessage = {
  protocol_version: protocolVersion,
  contract_digest: contractDigest,
  server_version: "0.9.1",
  package_versions: { python: "3.11.2", torch: "2.13.0" },
  device: {
    name: "cuda:0",
    description: "A fast one",
    memory_bytes: "85899345920",
    dtype: "bfloat16",
    threads: 7,
    dtype_reason: "measured: bfloat16 2.1x as fast as float32",
  },
  capabilities: ["lora", "pause"],
  limits: {
    max_message_bytes: "67108864",
    max_chunk_bytes: "1000",
    max_dataset_bytes: "1000000",
    max_sequence_tokens: 2048,
    max_request_sequences: 3,
    heartbeat_seconds: 5,
  },
  process_id: 4321,
};

/** The handshake's answer with other limits. */
export function handshakeWith(limits: WireMessage): WireMessage {
  return { ...handshakeAnswer, limits: { ...(handshakeAnswer["limits"] as object), ...limits } };
}

export const specificationMessage: WireMessage = {
  dataset_hashes: ["ab".repeat(32), "cd".repeat(32)],
  layer_plan: {
    blocks: [
      { index: 2, rank: 16 },
      { index: 3, rank: 8 },
    ],
    block_count: 6,
  },
  lora: { targets: ["self_attn.q_proj"], scale: 2.5, dropout: 0.125, rank_stabilized: true, weight_decomposed: true },
  optimizer: {
    learning_rate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weight_decay: 0.01,
    max_gradient_norm: 1.5,
    schedule: "SCHEDULE_WARMUP_STABLE_DECAY",
    warmup_steps: 3,
    final_learning_rate_share: 0.1,
    decay_steps: 4,
    eight_bit: true,
  },
  seed: "9007199254740991",
  checkpoint_every_steps: 5,
  keep_checkpoints: 2,
  weights_hash: "sha256:cd",
  client_notes: "note",
  steps_total: 2,
  open: true,
  train_norms: true,
  phases: [{ from_step: 1, block_indices: [2] }],
  base_divergence_weight: 0.5,
  max_loss_growth: 3,
  max_seconds: 60.5,
  compute: {
    gradient_checkpointing: true,
    compile: true,
    prefix_cache_memory_bytes: "1024",
    prefix_cache_disk_bytes: "2048",
  },
};

export const failureMessage: WireMessage = {
  code: "out-of-memory",
  message: "Step 3 of run r1 did not fit.",
  found: "9 GB",
  wanted: "8 GB",
  next_step: "Use smaller micro-batches.",
  facts: { run_id: "r1", micro_batch: "4" },
};

export const recordMessage: WireMessage = {
  run_id: "r1",
  key: "my-key",
  state: "RUN_STATE_FAILED",
  specification: specificationMessage,
  steps_done: 3,
  steps_total: 10,
  last_sequence: "12",
  checkpoints: [{ step: 2, bytes: "1234", unix_seconds: 1700000001.5, weights_hash: "sha256:ef" }],
  created_unix_seconds: 1700000000.25,
  ended_unix_seconds: 1700000009.75,
  error: failureMessage,
};

/** Starts a sidecar with a handshake, opens a bridge to it, and closes both after the body. */
export async function withBridge(
  script: Script,
  body: (bridge: Bridge, sidecar: ScriptedSidecar) => Promise<void>,
  timings: Timings = quickTimings,
): Promise<void> {
  const unary = { "Control/Handshake": () => handshakeAnswer, ...script.unary };
  const sidecar = await startScriptedSidecar({ ...script, unary });
  try {
    const options = { address: sidecar.address, token: "secret", clientVersion: "0.1.0" };
    const bridge = await openBridge(options, timings);
    try {
      await body(bridge, sidecar);
    } finally {
      bridge.close();
    }
  } finally {
    sidecar.stop();
  }
}
