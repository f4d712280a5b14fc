/** Model cards for the tests of layer plans: any number of blocks, with the linear maps of a Llama-like one. */
import type { BlockLinear, ModelCard } from "../../../sdk/src/layers/model-card.js";

const linears: readonly (readonly [string, "attention" | "mlp", number, number])[] = [
  ["self_attn.q_proj", "attention", 576, 576],
  ["self_attn.k_proj", "attention", 576, 192],
  ["self_attn.v_proj", "attention", 576, 192],
  ["self_attn.o_proj", "attention", 576, 576],
  ["mlp.gate_proj", "mlp", 576, 1536],
  ["mlp.up_proj", "mlp", 576, 1536],
  ["mlp.down_proj", "mlp", 1536, 576],
];

/** A card; the shapes are those of SmolLM2-135M. */
export function cardOf(blockCount: number, changes: Partial<ModelCard> = {}): ModelCard {
  const byBlock = Array.from({ length: blockCount }, () => 3_540_096);
  return {
    name: "test-model",
    architecture: "LlamaForCausalLM",
    blockCount,
    hiddenSize: 576,
    vocabularySize: 49_152,
    contextLength: 8192,
    tiedEmbeddings: true,
    parameters: {
      total: 28_311_552 + blockCount * 3_540_096 + 576,
      embedding: 28_311_552,
      byBlock,
      finalNorm: 576,
      head: 0,
    },
    blockLinears: linears.map(
      ([name, part, inFeatures, outFeatures]): BlockLinear => ({ name, part, inFeatures, outFeatures, blocks: [] }),
    ),
    specialTokens: { bosId: 1, eosIds: [2], padId: 2 },
    tokenizerJson: "",
    tokenizerConfigJson: "",
    chatTemplate: undefined,
    weightsHash: "sha256:0",
    quantization: "none",
    tokenizerProbe: { text: "", tokenIds: [] },
    templateProbe: undefined,
    dtype: "float32",
    license: "",
    weightsFolder: "/models/tiny",
    blockNorms: ["input_layernorm.weight", "post_attention_layernorm.weight"].map((name) => ({
      name,
      size: 576,
      blocks: [],
    })),
    ...changes,
  };
}
