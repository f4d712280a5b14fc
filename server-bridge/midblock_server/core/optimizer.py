"""AdamW over a band's float32 tensors: made, clipped and stepped alike on every device."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch

from midblock_server.core.eight_bit import make_eight_bit_optimizer
from midblock_server.core.specification import OptimizerSettings

FUSED_DEVICES = ("cpu", "cuda")
PARAMETER = "parameter"
"""First part of the names under which a checkpoint holds the parameters themselves, beside the optimiser's state."""


def make_optimizer(parameters: Mapping[str, torch.Tensor], settings: OptimizerSettings) -> torch.optim.Optimizer:
    """AdamW, fused where the device has that, or with moments in 8 bits where it is told so.

    Matrices are decayed; norms, biases and magnitudes are not.
    """
    matrices = [tensor for tensor in parameters.values() if tensor.ndim >= 2]
    vectors = [tensor for tensor in parameters.values() if tensor.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if settings.eight_bit:
        return make_eight_bit_optimizer(groups, settings)
    device = next(iter(parameters.values())).device
    return torch.optim.AdamW(
        groups,
        lr=settings.learning_rate,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        fused=device.type in FUSED_DEVICES,
    )


def clip_gradients(parameters: Iterable[torch.Tensor], max_norm: float) -> float:
    """Scales the gradients to a common norm of at most ``max_norm``, 0 meaning any. Returns the norm before."""
    limit = max_norm if max_norm > 0 else math.inf
    return float(torch.nn.utils.clip_grad_norm_(list(parameters), limit))


def step_optimizer(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Makes one update at the learning rate given, and forgets the gradients."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def optimizer_tensors(
    optimizer: torch.optim.Optimizer, parameters: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The optimiser's state by "<entry>.<parameter name>"; a parameter that never had a gradient has none.

    Each parameter has its own count of steps: one of a block that rested has made fewer.
    """
    return {
        f"{entry}.{name}": torch.as_tensor(value)
        for name, tensor in parameters.items()
        if tensor in optimizer.state
        for entry, value in optimizer.state[tensor].items()
    }


def restore_optimizer(
    optimizer: torch.optim.Optimizer, parameters: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor]
) -> None:
    """Puts back what ``optimizer_tensors`` gave; other tensors are left alone."""
    for key, value in tensors.items():
        entry, _, name = key.partition(".")
        if entry != PARAMETER and name in parameters:
            state = optimizer.state[parameters[name]]
            # bitsandbytes counts steps in plain integers.
            state[entry] = value.to(parameters[name].device) if value.is_floating_point() or value.ndim else int(value)
