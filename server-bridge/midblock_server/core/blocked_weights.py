"""Linear maps on CPU with weights laid out once in the blocks that oneDNN multiplies, not anew in every call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from midblock_server.core.linear_forwards import LinearForward, linear_forwards, onednn_linears, onednn_product

TYPICAL_ROWS = 64
"""Rows of input that the layout is chosen for; any number of rows computes right with it."""

MOST_BYTES = 4 * 2**30
"""Most memory for second copies of weights. What does not fit is multiplied as it lies."""


class BlockedWeights:
    """Second copies of a model's linear weights, made at first use and kept as long as this object."""

    def __init__(self) -> None:
        self._kept: dict[nn.Linear, tuple[Tensor, Tensor]] = {}

    @contextmanager
    def in_place(self, module: nn.Module) -> Iterator[None]:
        """Lets all linear maps inside the module compute with them; results differ by rounding alone. No gradients."""
        linears = [each for each in onednn_linears(module) if _can_block(each.weight)]
        with linear_forwards({each: _forward(self._kept[each][1], each.bias) for each in linears if self._keep(each)}):
            yield

    def _keep(self, linear: nn.Linear) -> bool:
        weight, _ = self._kept.get(linear, (None, None))
        if weight is linear.weight:
            return True
        self._kept.pop(linear, None)  # another band of full weights is in place now
        held = sum(weight.nbytes for weight, _ in self._kept.values())
        if held + linear.weight.nbytes > MOST_BYTES:
            return False
        blocked = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), TYPICAL_ROWS)
        self._kept[linear] = (linear.weight, blocked)
        return True


def _can_block(weight: Tensor) -> bool:
    if weight.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return weight.dtype == torch.float32


def _forward(blocked: Tensor, bias: Tensor | None) -> LinearForward:
    return lambda inputs: onednn_product(inputs, blocked, bias)
