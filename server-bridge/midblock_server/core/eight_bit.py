"""AdamW with its moments in 8 bits, by bitsandbytes: an optional package, for CUDA alone."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import torch

from midblock_server.core.specification import OptimizerSettings

PACKAGE = "bitsandbytes"


def eight_bit_fault(device: torch.device) -> str | None:
    """Why the moments can't be kept in 8 bits on this device, with what to do; None where they can."""
    if device.type != "cuda":
        return (
            f"optimizer.eight_bit: the model is on {device}, but moments in 8 bits need CUDA; "
            "load the model on CUDA, or leave eight_bit off"
        )
    if find_spec(PACKAGE) is None:
        return (
            f"optimizer.eight_bit: {PACKAGE} is not installed, but it keeps the moments; "
            'install "midblock-server[cuda]" beside the server, or leave eight_bit off'
        )
    return None


def make_eight_bit_optimizer(groups: Sequence[dict[str, Any]], settings: OptimizerSettings) -> torch.optim.Optimizer:
    """Block-wise 8-bit AdamW (Dettmers et al. 2022, arXiv 2110.02861); small tensors keep moments of 32 bits."""
    from bitsandbytes.optim import AdamW8bit

    optimizer: torch.optim.Optimizer = AdamW8bit(
        groups, lr=settings.learning_rate, betas=(settings.beta1, settings.beta2), eps=settings.epsilon
    )
    return optimizer
