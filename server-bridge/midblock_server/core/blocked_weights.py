"""Linear maps on CPU with weights laid out once in the blocks that oneDNN multiplies, not anew in every call."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from midblock_server.core.adapted_linear import AdaptedLinear
from midblock_server.core.linear_forwards import LinearForward, linear_forwards, onednn_linears, onednn_product

TYPICAL_ROWS = 64
"""Rows of input that the layout is chosen for; any number of rows computes right with it."""

MOST_BYTES = 4 * 2**30
"""Most memory for second copies of weights. What does not fit is multiplied as it lies."""

_Origin = tuple[nn.Parameter, ...]
"""What a copy was made of: a weight, and the tensors of the adapter in it, which no one writes to meanwhile."""


class BlockedWeights:
    """Second copies of a model's linear weights, made at first use and kept as long as this object.

    In float32 a copy holds the map's adapter as well, so that its own two products are saved. In bfloat16 the sum would
    be rounded, and the answers would be those of a merged model.
    """

    def __init__(self) -> None:
        self._kept: dict[nn.Linear, tuple[_Origin, Tensor]] = {}

    @contextmanager
    def in_place(self, module: nn.Module) -> Iterator[None]:
        """Lets all linear maps inside the module compute with them; results differ by rounding alone. No gradients."""
        linears = [each for each in onednn_linears(module) if _can_block(each.weight)]
        adapted = _adapted_by_base(module)
        with linear_forwards(
            {
                adapted.get(each, each): _forward(self._kept[each][1], each.bias)
                for each in linears
                if self._keep(each, adapted.get(each))
            }
        ):
            yield

    def _keep(self, linear: nn.Linear, adapted: AdaptedLinear | None) -> bool:
        origin = (linear.weight, *(() if adapted is None else adapted.tensors().values()))
        kept, _ = self._kept.get(linear, ((), None))
        if len(kept) == len(origin) and all(map(operator.is_, kept, origin)):
            return True
        self._kept.pop(linear, None)  # another band is in place now
        held = sum(blocked.nbytes for _, blocked in self._kept.values())
        if held + linear.weight.nbytes > MOST_BYTES:
            return False
        weight = linear.weight.detach() if adapted is None else adapted.merged_weight()
        self._kept[linear] = (origin, torch.ops.mkldnn._reorder_linear_weight(weight, TYPICAL_ROWS))
        return True


def _adapted_by_base(module: nn.Module) -> dict[nn.Linear, AdaptedLinear]:
    """The maps with an adapter in which it can be multiplied without rounding to a narrower type."""
    adapted = [each for each in module.modules() if isinstance(each, AdaptedLinear)]
    return {each.get_base_layer(): each for each in adapted if each.get_base_layer().weight.dtype == torch.float32}


def _can_block(weight: Tensor) -> bool:
    if weight.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return weight.dtype == torch.float32


def _forward(blocked: Tensor, bias: Tensor | None) -> LinearForward:
    return lambda inputs: onednn_product(inputs, blocked, bias)
