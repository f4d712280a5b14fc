"""The model card and device facts, from core to the wire."""

from __future__ import annotations

from midblock_server.core.types import BlockLinear, BlockPart, DeviceFacts, ModelCard, SpecialTokens, TemplateProbe
from midblock_server.gen.midblock.v1 import control_pb2, model_pb2

_BLOCK_PARTS: dict[BlockPart, model_pb2.BlockPart] = {
    "attention": model_pb2.BLOCK_PART_ATTENTION,
    "mlp": model_pb2.BLOCK_PART_MLP,
}


def model_card_to_wire(card: ModelCard) -> model_pb2.ModelCard:
    return model_pb2.ModelCard(
        name=card.name,
        architecture=card.architecture,
        block_count=card.block_count,
        hidden_size=card.hidden_size,
        vocabulary_size=card.vocabulary_size,
        context_length=card.context_length,
        tied_embeddings=card.tied_embeddings,
        parameters=model_pb2.ParameterCounts(
            total=card.parameters.total,
            embedding=card.parameters.embedding,
            by_block=card.parameters.by_block,
            final_norm=card.parameters.final_norm,
            head=card.parameters.head,
        ),
        block_linears=[_block_linear_to_wire(linear) for linear in card.block_linears],
        special_tokens=_special_tokens_to_wire(card.special_tokens),
        tokenizer_json=card.tokenizer_json,
        tokenizer_config_json=card.tokenizer_config_json,
        chat_template=card.chat_template,
        weights_hash=card.weights_hash,
        tokenizer_probe=model_pb2.TokenizerProbe(text=card.probe_text, token_ids=card.probe_token_ids),
        template_probe=_template_probe_to_wire(card.template_probe),
        dtype=card.dtype,
        license=card.license,
        weights_folder=card.weights_folder,
        block_norms=[
            model_pb2.BlockNorm(name=norm.name, size=norm.size, blocks=norm.blocks) for norm in card.block_norms
        ],
        quantization=card.quantization,
    )


def device_to_wire(device: DeviceFacts) -> control_pb2.Device:
    return control_pb2.Device(
        name=device.name,
        description=device.description,
        memory_bytes=device.memory_bytes,
        dtype=device.dtype,
        threads=device.threads,
        dtype_reason=device.dtype_reason,
    )


def _block_linear_to_wire(linear: BlockLinear) -> model_pb2.BlockLinear:
    return model_pb2.BlockLinear(
        name=linear.name,
        part=_BLOCK_PARTS[linear.part],
        in_features=linear.in_features,
        out_features=linear.out_features,
        blocks=linear.blocks,
    )


def _special_tokens_to_wire(tokens: SpecialTokens) -> model_pb2.SpecialTokens:
    return model_pb2.SpecialTokens(bos_id=tokens.bos_id, eos_ids=tokens.eos_ids, pad_id=tokens.pad_id)


def _template_probe_to_wire(probe: TemplateProbe | None) -> model_pb2.TemplateProbe | None:
    if probe is None:
        return None
    return model_pb2.TemplateProbe(messages_json=probe.messages_json, local_time=probe.local_time, text=probe.text)
