"""A base whose linear maps are held in four bits, by bitsandbytes: an optional package."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from midblock_server.core.errors import ModelError

if TYPE_CHECKING:
    from midblock_server.core.ranks import Ranks

QUANTIZATIONS = ("none", "nf4")
PACKAGE = "bitsandbytes"
NEXT_STEP = 'Load the model with quantization "none"'

PROBE_VALUES = 64 * 256
PROBE_ERROR = 0.2
"""Largest mean error of normally distributed values, in their standard deviations: NF4 has 0.073."""


def check_quantization(quantization: str, device: torch.device, ranks: Ranks) -> None:
    """Raises ModelError where weights can't be held so here: "model-load-failed", or "environment-incomplete" where
    bitsandbytes is missing."""
    if quantization == "none":
        return
    if quantization not in QUANTIZATIONS:
        raise _refused("The quantization is not known.", repr(quantization), ", ".join(QUANTIZATIONS))
    if ranks.count > 1:
        raise _refused("Quantised weights can't be shared out.", f"{ranks.count} processes", "one process")
    if find_spec(PACKAGE) is None:
        raise ModelError(
            "environment-incomplete",
            f"The server's Python environment can't hold weights in {quantization}.",
            found=f"no {PACKAGE}",
            wanted=f"{PACKAGE}, which the extra cuda of midblock-server has",
            next_step=f'Install "midblock-server[cuda]" beside the server. Or: {NEXT_STEP}.',
        )
    fault = _device_fault(device)
    if fault is not None:
        raise _refused(f"Weights can't be held in {quantization} on {device}.", fault, "a device that it works on")


def quantization_arguments(quantization: str, dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
    """What ``from_pretrained`` is told beside the usual; empty without quantisation.

    "nf4" is QLoRA's form (arXiv 2305.14314): normal floats of 4 bits with a scale for each 64 weights, the scales in 8
    bits, together 4.13 bits a weight. All linear maps but the head are held so, and computed in ``dtype``. Each is
    quantised on ``device`` as it is read, so that the whole model in ``dtype`` need never fit there.
    """
    if quantization == "none":
        return {}
    from transformers import BitsAndBytesConfig

    four_bits = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quantization,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    return {"quantization_config": four_bits, "device_map": {"": device}}


def keep_layout(module: nn.Module) -> None:
    """Keeps bitsandbytes from laying weights out anew in the first pass without gradients on a CPU: from then on it
    would compute in bfloat16 whatever it is given, and pass no gradient through."""
    for child in module.modules():
        if hasattr(child, "support_avx512bf16_for_cpu"):
            child.support_avx512bf16_for_cpu = False  # type: ignore[assignment]


def number_count(parameter: torch.Tensor) -> int:
    """How many numbers a parameter stands for: of a quantised one, as many as were quantised."""
    state = getattr(parameter, "quant_state", None)
    return parameter.numel() if state is None else math.prod(state.shape)


def _device_fault(device: torch.device) -> str | None:
    """Why values can't be quantised and come back near enough: tried out, since it depends on how it was built."""
    values = torch.randn(PROBE_VALUES // 256, 256, generator=torch.Generator().manual_seed(0)).to(device)
    try:
        from bitsandbytes.functional import dequantize_4bit, quantize_4bit

        back = dequantize_4bit(*quantize_4bit(values, quant_type="nf4", compress_statistics=True))
        error = float((back - values).abs().mean())
    except (ImportError, OSError, RuntimeError, NotImplementedError, ValueError, AttributeError) as problem:
        return f"{PACKAGE}: {problem}"
    return None if error <= PROBE_ERROR else f"{PACKAGE} gives back values that are {error:.2g} off"


def _refused(message: str, found: str, wanted: str) -> ModelError:
    return ModelError("model-load-failed", message, found=found, wanted=wanted, next_step=f"{NEXT_STEP}.")
