"""Writes a tiny llama as a float32 GGUF file, the way llama.cpp's converter does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from gguf import GGUFWriter
from safetensors.numpy import load_file

TENSOR_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
OUTER_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
CONTROL, NORMAL = 3, 1


def write_tiny_gguf(model: Path, path: Path, splitting: str) -> Path:
    """Writes the model folder's llama to ``path``; ``splitting`` becomes tokenizer.ggml.pre."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    writer = GGUFWriter(path, "llama")
    _add_settings(writer, config)
    _add_tokenizer(writer, model, splitting)
    for name, tensor in load_file(model / "model.safetensors").items():
        writer.add_tensor(_gguf_name(name), _gguf_order(name, tensor, config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_settings(writer: GGUFWriter, config: dict[str, int]) -> None:
    writer.add_name("tiny")
    writer.add_license("apache-2.0")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config["vocab_size"])


def _add_tokenizer(writer: GGUFWriter, model: Path, splitting: str) -> None:
    tokenizer = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    settings = json.loads((model / "tokenizer_config.json").read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    specials = {token["content"] for token in tokenizer["added_tokens"]}
    tokens = sorted(vocabulary, key=lambda token: vocabulary[token])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(splitting)
    writer.add_token_list(tokens)
    writer.add_token_types([CONTROL if token in specials else NORMAL for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(vocabulary[settings["bos_token"]])
    writer.add_eos_token_id(vocabulary[settings["eos_token"]])
    writer.add_pad_token_id(vocabulary[settings["pad_token"]])
    writer.add_chat_template(settings["chat_template"])


def _gguf_name(name: str) -> str:
    if name in OUTER_NAMES:
        return OUTER_NAMES[name]
    _, _, index, inner = name.split(".", 3)
    return f"blk.{index}.{TENSOR_NAMES[inner.removesuffix('.weight')]}.weight"


def _gguf_order(name: str, tensor: np.ndarray, config: dict[str, int]) -> np.ndarray:
    """llama.cpp interleaves the two halves of each head's rotary dimensions in the query and key maps."""
    if "q_proj" not in name and "k_proj" not in name:
        return tensor
    heads = config["num_attention_heads" if "q_proj" in name else "num_key_value_heads"]
    halves = tensor.reshape(heads, 2, tensor.shape[0] // heads // 2, tensor.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(tensor.shape))
