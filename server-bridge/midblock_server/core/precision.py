"""Chooses the element type of the base model's weights: as told, as known for the device, or measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from midblock_server.core.devices import describe_device
from midblock_server.core.errors import ModelError
from midblock_server.core.remembered import remembered

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
WORTHWHILE_SPEED_UP = 1.3
SMALLEST_MEASURED_WEIGHTS = 256 * 256
LARGEST_MEASURED_WIDTH = 2048
MEASURED_TOKENS = 512
SECONDS_PER_MEASUREMENT = 0.15


@dataclass(frozen=True)
class Precision:
    """The element type and, in a few words, why it was taken."""

    dtype: torch.dtype
    reason: str


def choose_precision(
    wanted: str, device: torch.device, config: dict[str, Any], cache_folder: Path, threads: int
) -> Precision:
    """Obeys a type that is named. "auto" is bfloat16 where the device is fast at it, else float32.

    On a CPU that is measured once, at the widths in ``config``, and remembered: so the same machine always loads the
    same model alike, and a resumed run computes as before. Raises ModelError("model-load-failed") for an unknown name.
    """
    if wanted in DTYPES:
        return Precision(DTYPES[wanted], "as asked for")
    if wanted != "auto":
        raise ModelError(
            "model-load-failed",
            "The element type is not known.",
            found=repr(wanted),
            wanted=", ".join(["auto", *DTYPES]),
            next_step="Choose one of these.",
        )
    if device.type == "cuda":
        return _choose_on_cuda(device)
    if device.type == "mps":
        return Precision(torch.float32, "the safe choice on mps")
    return _choose_on_cpu(config, cache_folder, threads)


def _choose_on_cuda(device: torch.device) -> Precision:
    with torch.cuda.device(device):
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return Precision(torch.bfloat16, "the GPU computes in bfloat16")
    return Precision(torch.float32, "the GPU has no bfloat16")


def _choose_on_cpu(config: dict[str, Any], cache_folder: Path, threads: int) -> Precision:
    inputs, outputs = _typical_widths(config)
    if inputs * outputs < SMALLEST_MEASURED_WEIGHTS:
        return Precision(torch.float32, "a model this small gains nothing from bfloat16")
    processor, _ = describe_device(torch.device("cpu"))
    speed_up = remembered(
        cache_folder / "speeds",
        ["bfloat16 over float32", processor, torch.__version__, threads, inputs, outputs],
        lambda: _seconds(torch.float32, inputs, outputs) / _seconds(torch.bfloat16, inputs, outputs),
    )
    dtype = torch.bfloat16 if speed_up >= WORTHWHILE_SPEED_UP else torch.float32
    return Precision(dtype, f"measured: bfloat16 {speed_up:.1f}x as fast as float32")


def _typical_widths(config: dict[str, Any]) -> tuple[int, int]:
    """Widths of the feed-forward network, where most of the computing is; GPT-2 spells them in its own way."""
    text = config.get("text_config") or config
    hidden = text.get("hidden_size") or text.get("n_embd") or 0
    inner = text.get("intermediate_size") or text.get("n_inner") or 4 * hidden
    return min(hidden, LARGEST_MEASURED_WIDTH), min(inner, LARGEST_MEASURED_WIDTH)


def _seconds(dtype: torch.dtype, inputs: int, outputs: int) -> float:
    """Best time of a linear map, forward and with respect to its input, over repetitions within a small budget."""
    weight = torch.randn(outputs, inputs).to(dtype)
    rows = torch.randn(MEASURED_TOKENS, inputs).to(dtype)
    best, started = float("inf"), time.perf_counter()
    (rows @ weight.T) @ weight  # warm-up: the first call chooses its kernel
    while time.perf_counter() - started < SECONDS_PER_MEASUREMENT or best == float("inf"):
        before = time.perf_counter()
        (rows @ weight.T) @ weight
        best = min(best, time.perf_counter() - before)
    return best
