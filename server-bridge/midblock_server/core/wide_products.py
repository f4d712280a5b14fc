"""Linear maps to as many outputs as inputs, or more, on a CPU in float32: multiplied by oneDNN, as weights lie.

torch leaves these products to its BLAS, which on the machine measured takes up to 1.7 times as long. No second copy of
the weights is made, unlike in blocked_weights.py, which serves where all memory is not yet taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from midblock_server.core.linear_forwards import LinearForward, linear_forwards, onednn_linears, onednn_product


@contextmanager
def wide_products(module: nn.Module) -> Iterator[None]:
    """Lets the wide linear maps inside the module compute so; results differ by rounding alone. Differentiable."""
    with linear_forwards({each: _forward(each) for each in onednn_linears(module) if _is_wide(each.weight)}):
        yield


def _is_wide(weight: Tensor) -> bool:
    # By shape and not by a trial, which could choose otherwise next time: the same run must give the same bits.
    return weight.dtype == torch.float32 and weight.shape[0] >= weight.shape[1]


def _forward(linear: nn.Linear) -> LinearForward:
    def forward(inputs: Tensor) -> Tensor:
        outputs: Tensor = _WideProduct.apply(inputs, linear.weight, linear.bias)  # type: ignore[no-untyped-call]
        return outputs

    return forward


class _WideProduct(torch.autograd.Function):
    """Inputs [..., in] by weight [out, in] and bias [out]. Gradients are plain products, which are the faster there."""

    @staticmethod
    def forward(context: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        context.save_for_backward(inputs if weight.requires_grad else None, weight)
        return onednn_product(inputs, weight, bias)

    @staticmethod
    def backward(context: Any, *outputs: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        inputs, weight = context.saved_tensors
        (gradient,) = outputs
        rows = gradient.reshape(-1, gradient.shape[-1])
        of_inputs, of_weight, of_bias = context.needs_input_grad
        return (
            gradient @ weight if of_inputs else None,
            rows.t() @ inputs.reshape(-1, inputs.shape[-1]) if of_weight else None,
            rows.sum(dim=0) if of_bias else None,
        )
