"""Causal attention of many sequences back to back in one call, on CUDA: by flash-attn where it is installed and works,
else by torch's own kernel for sequences of various lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, cast

import torch
from torch import Tensor

from midblock_server.core.rounding import differs_by_at_most
from midblock_server.core.slot_attention import Attending, attend_span, causal_bias

TRIAL_LENGTHS = (3, 70)
TRIAL_WINDOW = 4
TRIAL_TOLERANCE = 2e-2
"""Largest norm of the difference, relative to the norm of the outcome, that counts as rounding in half precision."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """Where sequences begin in a pass, and how they attend.

    ``boundaries`` is int32 on the device, [sequences + 1], from 0 to all tokens; ``window`` how many tokens a token
    attends to, itself and those before it (None: all); ``scaling`` the factor of scores (None: 1 / sqrt(size)).
    """

    boundaries: Tensor
    longest: int
    window: int | None = None
    scaling: float | None = None


class Heads(NamedTuple):
    """How many heads queries have, how many keys and values have, and numbers in each."""

    queries: int
    keys: int
    size: int


Kernel = Callable[[Tensor, Tensor, Tensor, Stretches], Tensor]
"""Attends: [tokens, heads, size] in and out, keys and values with as many heads or fewer."""


def find_kernel(query: Tensor, key: Tensor) -> Kernel | None:
    """The kernel for such tensors, [..., heads, tokens, size]; None where sequences have to be computed one by one."""
    if query.device.type != "cuda" or query.dtype not in (torch.float16, torch.bfloat16):
        return None
    return _find_once(query.device, query.dtype, Heads(query.shape[-3], key.shape[-3], query.shape[-1]))


@cache
def _find_once(device: torch.device, dtype: torch.dtype, heads: Heads) -> Kernel | None:
    return first_that_works((flash_attention, torch_attention), device, dtype, heads)


@torch.enable_grad()
def first_that_works(
    kernels: Sequence[Kernel], device: torch.device, dtype: torch.dtype, heads: Heads
) -> Kernel | None:
    """Tries kernels on a few tokens, with and without a window; one that raises, or is off in outcome or gradient, is
    left out. What is installed, and what it can do on the device, is not asked by name or version."""
    generator = torch.Generator().manual_seed(0)
    tokens = sum(TRIAL_LENGTHS)
    inputs = [
        torch.randn(tokens, count, heads.size, generator=generator).to(device, dtype).requires_grad_()
        for count in (heads.queries, heads.keys, heads.keys)
    ]
    boundaries = torch.tensor([0, *TRIAL_LENGTHS], device=device).cumsum(0).to(torch.int32)
    trials = [Stretches(boundaries, max(TRIAL_LENGTHS), window) for window in (None, TRIAL_WINDOW)]
    wanted = _outcomes(one_by_one, inputs, trials)
    for kernel in kernels:
        try:
            found = _outcomes(kernel, inputs, trials)
        except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):
            continue
        if all(differs_by_at_most(TRIAL_TOLERANCE, *pair) for pair in zip(found, wanted, strict=True)):
            return kernel
    return None


def flash_attention(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
    """The flash-attn package. Raises ImportError where it is not installed."""
    from flash_attn import flash_attn_varlen_func  # type: ignore[import-not-found]

    output = flash_attn_varlen_func(
        query,
        key,
        value,
        stretches.boundaries,
        stretches.boundaries,
        stretches.longest,
        stretches.longest,
        softmax_scale=stretches.scaling,
        causal=True,
        window_size=_window_size(stretches),
    )
    return cast(Tensor, output)


def torch_attention(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
    """torch's own. Raises ImportError or TypeError where torch is too old to have it."""
    from torch.nn.attention.varlen import varlen_attn

    output = varlen_attn(
        query,
        key,
        value,
        stretches.boundaries,
        stretches.boundaries,
        stretches.longest,
        stretches.longest,
        scale=stretches.scaling,
        window_size=_window_size(stretches),
        enable_gqa=query.shape[1] != key.shape[1],
    )
    return cast(Tensor, output)


def one_by_one(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
    """What kernels are held to: each sequence alone, under a mask."""
    lengths = stretches.boundaries.diff().tolist()
    how = Attending(stretches.scaling, window=stretches.window)
    split = (torch.split(each.transpose(0, 1)[None], lengths, dim=2) for each in (query, key, value))
    outputs = [
        attend_span(queries, keys, values, causal_bias(length, length, stretches.window, like=query), how)
        for queries, keys, values, length in zip(*split, lengths, strict=True)
    ]
    return torch.cat(outputs, dim=2)[0].transpose(0, 1)


def _window_size(stretches: Stretches) -> tuple[int, int]:
    """Tokens to the left and right of a token that it attends to, without itself; -1: all."""
    return (-1 if stretches.window is None else stretches.window - 1, 0)


def _outcomes(kernel: Kernel, inputs: Sequence[Tensor], trials: Sequence[Stretches]) -> list[Tensor]:
    """Of each trial the outcome, and the gradients of a weighted sum of it with respect to the inputs."""
    query, key, value = inputs
    outcomes: list[Tensor] = []
    for stretches in trials:
        output = kernel(query, key, value, stretches)
        weights = torch.linspace(-1, 1, output.numel(), device=output.device).view(output.shape)
        outcomes += [output.detach(), *torch.autograd.grad((output * weights).sum(), inputs)]
    return outcomes
