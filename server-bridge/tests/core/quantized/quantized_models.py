"""Quantised models, and the same numbers in plain linear maps to compare them with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn import modules
from torch import nn
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, PreTrainedModel
from transformers.pytorch_utils import Conv1D

from midblock_server.core.model import LoadedModel
from midblock_server.core.quantization import keep_layout


def prefer_other_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets bitsandbytes take this CPU for one with avx512_bf16, for which it lays weights out anew in inference."""
    monkeypatch.setattr(modules, "has_avx512bf16", lambda: True)


def quantized_names(module: nn.Module) -> list[str]:
    return [name for name, parameter in module.named_parameters() if hasattr(parameter, "quant_state")]


@torch.no_grad()
def dequantized(model: LoadedModel) -> PreTrainedModel:
    """The model as plain transformers has it, each quantised weight replaced by the values that it stands for."""
    plain = AutoModelForCausalLM.from_pretrained(model.settings.source, dtype=model.dtype)
    for name in quantized_names(model.module):
        quantized = model.module.get_parameter(name)
        values = dequantize_4bit(quantized.data, quantized.quant_state)
        transposed = isinstance(plain.get_submodule(name.removesuffix(".weight")), Conv1D)
        plain.get_parameter(name).copy_(values.t() if transposed else values)
    return plain.requires_grad_(False).eval()


def loaded_by_transformers(folder: Path | str, dtype: torch.dtype = torch.float32) -> PreTrainedModel:
    """The model quantised as a user of transformers and PEFT does it."""
    four_bits = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    plain = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, quantization_config=four_bits)
    keep_layout(plain)  # else CPUs with avx512_bf16 compute it in bfloat16
    return plain.eval()
