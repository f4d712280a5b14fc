/** ModelCard, read. */
import type { BlockLinear, ModelCard, ParameterCounts, TemplateProbe } from "../../layers/model-card.js";
import {
  BlockPart,
  type BlockLinear as WireBlockLinear,
  type ModelCard as WireModelCard,
  type ParameterCounts as WireParameterCounts,
  type TemplateProbe as WireTemplateProbe,
} from "../gen/midblock/v1/model.js";
import { brokenContract, required, unknownValue } from "./incomplete.js";
import { readUint64 } from "./numbers.js";

export function readModelCard(card: WireModelCard): ModelCard {
  const specialTokens = required(card.specialTokens, "ModelCard.special_tokens");
  const probe = required(card.tokenizerProbe, "ModelCard.tokenizer_probe");
  return {
    name: card.name,
    architecture: card.architecture,
    blockCount: card.blockCount,
    hiddenSize: card.hiddenSize,
    vocabularySize: card.vocabularySize,
    contextLength: card.contextLength,
    tiedEmbeddings: card.tiedEmbeddings,
    parameters: readParameterCounts(required(card.parameters, "ModelCard.parameters")),
    blockLinears: card.blockLinears.map(readBlockLinear),
    specialTokens: {
      bosId: specialTokens.bosId,
      eosIds: [...specialTokens.eosIds],
      padId: specialTokens.padId,
    },
    tokenizerJson: card.tokenizerJson,
    tokenizerConfigJson: card.tokenizerConfigJson,
    chatTemplate: card.chatTemplate,
    weightsHash: card.weightsHash,
    tokenizerProbe: { text: probe.text, tokenIds: [...probe.tokenIds] },
    templateProbe: card.templateProbe && readTemplateProbe(card.templateProbe),
    dtype: card.dtype,
    license: card.license,
    weightsFolder: card.weightsFolder,
    blockNorms: card.blockNorms.map(({ name, size, blocks }) => ({ name, size, blocks: [...blocks] })),
    // Servers from before quantisation do not tell.
    quantization: card.quantization || "none",
  };
}

function readTemplateProbe({ messagesJson, localTime, text }: WireTemplateProbe): TemplateProbe {
  return { messagesJson, localTime, text };
}

function readParameterCounts(counts: WireParameterCounts): ParameterCounts {
  return {
    total: readUint64(counts.total, "ParameterCounts.total"),
    embedding: readUint64(counts.embedding, "ParameterCounts.embedding"),
    byBlock: counts.byBlock.map((count) => readUint64(count, "ParameterCounts.by_block")),
    finalNorm: readUint64(counts.finalNorm, "ParameterCounts.final_norm"),
    head: readUint64(counts.head, "ParameterCounts.head"),
  };
}

function readBlockLinear(linear: WireBlockLinear): BlockLinear {
  return {
    name: linear.name,
    part: readBlockPart(linear.part),
    inFeatures: linear.inFeatures,
    outFeatures: linear.outFeatures,
    blocks: [...linear.blocks],
  };
}

function readBlockPart(part: BlockPart): BlockLinear["part"] {
  switch (part) {
    case BlockPart.BLOCK_PART_ATTENTION:
      return "attention";
    case BlockPart.BLOCK_PART_MLP:
      return "mlp";
    case BlockPart.BLOCK_PART_UNSPECIFIED:
    case BlockPart.UNRECOGNIZED:
      throw brokenContract("BlockLinear.part", String(part));
  }
  return unknownValue(part, "BlockLinear.part");
}
