"""Puts other forward functions in the place of linear maps for a while, such as oneDNN's product of them on a CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from midblock_server.core.sharding import is_sharded

LinearForward = Callable[[Tensor], Tensor]
"""Inputs [..., in], outputs [..., out]."""


@contextmanager
def linear_forwards(forwards: Mapping[nn.Module, LinearForward]) -> Iterator[None]:
    """Lets these maps, plain or adapted, compute by the functions given; then by themselves again."""
    try:
        for linear, forward in forwards.items():
            linear.forward = forward
        yield
    finally:
        for linear in forwards:
            linear.__dict__.pop("forward", None)


def onednn_linears(module: nn.Module) -> list[nn.Linear]:
    """The plain linear maps inside a module whose weights lie where ``onednn_product`` can take them."""
    return [each for each in module.modules() if type(each) is nn.Linear and _is_at_hand(each.weight)]


def onednn_product(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Inputs [..., in] by weight [out, in], as it lies or in oneDNN's blocks, and bias [out]. Not differentiable."""
    outputs: Tensor = torch.ops.mkldnn._linear_pointwise(inputs, weight, bias, "none", [], "")
    return outputs


def _is_at_hand(weight: Tensor) -> bool:
    return weight.device.type == "cpu" and torch.backends.mkldnn.is_available() and not is_sharded(weight)
