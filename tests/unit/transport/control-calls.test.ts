/** Handshake, model card and shutdown against an independent decoder, with every field of the contract set. */
import { afterAll, expect, test } from "@jest/globals";
import { contractDigest, protocolVersion } from "../../../sdk/src/transport/gen/contract.js";
import { ContractCoverage } from "../../support/contract-coverage.js";
import type { WireMessage } from "../../support/contract-definitions.js";
import { handshakeAnswer, withBridge } from "../../support/scripted-answers.js";
import type { ScriptedCall, ScriptedStream } from "../../support/scripted-sidecar.js";

const coverage = new ContractCoverage([
  "HandshakeRequest",
  "HandshakeResponse",
  "GetModelCardResponse",
  "ShutdownRequest",
]);
afterAll(() => expect(coverage.missing()).toEqual([]));

test("shakes hands, with the token in the metadata", async () => {
  const seen: unknown[] = [];
  const unary = {
    "Control/Handshake": (request: WireMessage, { metadata }: ScriptedCall) => {
      seen.push(coverage.note("HandshakeRequest", request), metadata.get("authorization"));
      return coverage.note("HandshakeResponse", handshakeAnswer);
    },
  };
  await withBridge({ unary }, async (bridge) => {
    expect(bridge.server).toEqual({
      protocolVersion,
      contractDigest,
      serverVersion: "0.9.1",
      packageVersions: { python: "3.11.2", torch: "2.13.0" },
      device: {
        name: "cuda:0",
        description: "A fast one",
        memoryBytes: 85899345920,
        dtype: "bfloat16",
        dtypeReason: "measured: bfloat16 2.1x as fast as float32",
        threads: 7,
      },
      capabilities: ["lora", "pause"],
      limits: {
        maxMessageBytes: 67108864,
        maxChunkBytes: 1000,
        maxDatasetBytes: 1000000,
        maxSequenceTokens: 2048,
        maxRequestSequences: 3,
        heartbeatSeconds: 5,
      },
      processId: 4321,
    });
  });
  expect(seen).toEqual([
    { protocol_version: protocolVersion, contract_digest: contractDigest, client_version: "0.1.0" },
    ["Bearer secret"],
  ]);
});

test("waits for the model card and tells the progress", async () => {
  const card: WireMessage = {
    name: "tiny",
    architecture: "LlamaForCausalLM",
    block_count: 2,
    hidden_size: 8,
    vocabulary_size: 50,
    context_length: 64,
    tied_embeddings: true,
    parameters: { total: "5000000000", embedding: "400", by_block: ["10", "20"], final_norm: "8", head: "9" },
    block_linears: [
      { name: "self_attn.q_proj", part: "BLOCK_PART_ATTENTION", in_features: 8, out_features: 16, blocks: [1] },
      { name: "mlp.up_proj", part: "BLOCK_PART_MLP", in_features: 8, out_features: 32 },
    ],
    special_tokens: { bos_id: 1, eos_ids: [2, 3], pad_id: 4 },
    tokenizer_json: "{}",
    tokenizer_config_json: "{ }",
    chat_template: "{{ messages }}",
    weights_hash: "sha256:ab",
    tokenizer_probe: { text: "Hello", token_ids: [5, 6] },
    template_probe: { messages_json: "[]", local_time: "2026-03-04T05:06:07", text: "Hi" },
    dtype: "float32",
    license: "apache-2.0",
    weights_folder: "/models/tiny",
    block_norms: [{ name: "input_layernorm.weight", size: 8, blocks: [0, 1] }],
    quantization: "nf4",
  };
  const messages: WireMessage[] = [
    { progress: { stage: "reading weights", fraction: 0.5 } },
    { heartbeat: { unix_seconds: 1 } },
    { progress: { stage: "converting" } },
    { card },
  ];
  const streams = {
    "Control/GetModelCard": async (_: WireMessage, stream: ScriptedStream) => {
      for (const message of messages) await stream.send(coverage.note("GetModelCardResponse", message));
    },
  };
  const devices = [{ name: "" }, { name: "cpu" }];
  const unary = { "Control/Handshake": () => ({ ...handshakeAnswer, device: devices.shift() ?? {} }) };
  await withBridge({ unary, streams }, async (bridge) => {
    expect(bridge.server.device.name).toBe("");
    const progress: unknown[] = [];
    expect(await bridge.modelCard((step) => progress.push(step))).toEqual({
      name: "tiny",
      architecture: "LlamaForCausalLM",
      blockCount: 2,
      hiddenSize: 8,
      vocabularySize: 50,
      contextLength: 64,
      tiedEmbeddings: true,
      parameters: { total: 5000000000, embedding: 400, byBlock: [10, 20], finalNorm: 8, head: 9 },
      blockLinears: [
        { name: "self_attn.q_proj", part: "attention", inFeatures: 8, outFeatures: 16, blocks: [1] },
        { name: "mlp.up_proj", part: "mlp", inFeatures: 8, outFeatures: 32, blocks: [] },
      ],
      specialTokens: { bosId: 1, eosIds: [2, 3], padId: 4 },
      tokenizerJson: "{}",
      tokenizerConfigJson: "{ }",
      chatTemplate: "{{ messages }}",
      weightsHash: "sha256:ab",
      tokenizerProbe: { text: "Hello", tokenIds: [5, 6] },
      templateProbe: { messagesJson: "[]", localTime: "2026-03-04T05:06:07", text: "Hi" },
      dtype: "float32",
      license: "apache-2.0",
      weightsFolder: "/models/tiny",
      blockNorms: [{ name: "input_layernorm.weight", size: 8, blocks: [0, 1] }],
      quantization: "nf4",
    });
    expect(progress).toEqual([
      { stage: "reading weights", fraction: 0.5 },
      { stage: "converting", fraction: undefined },
    ]);
    expect(bridge.server.device.name).toBe("cpu");
  });
});

test("asks for a shutdown", async () => {
  const requests: WireMessage[] = [];
  const unary = {
    "Control/Shutdown": (request: WireMessage) => {
      requests.push(coverage.note("ShutdownRequest", request));
      return {};
    },
  };
  await withBridge({ unary }, (bridge) => bridge.shutdown(7.5));
  expect(requests).toEqual([{ grace_seconds: 7.5 }]);
});
