"""The kernels for sequences of various lengths, which run on CUDA alone: how they are called, chosen and fitted in.

Stand-ins compute on a CPU what the kernels' own documentation says of their arguments.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from model_pairs import FAMILIES, each_alone, load_pair
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.attention import varlen

from midblock_server.core import attention
from midblock_server.core.packed import packed_hidden_states
from midblock_server.core.varlen_attention import (
    Heads,
    Kernel,
    Stretches,
    find_kernel,
    first_that_works,
    flash_attention,
    one_by_one,
    torch_attention,
)

SEQUENCES = [[5, 17, 300, 41, 9, 77, 8, 120, 33, 250, 6], [260, 2, 19], [44], [7, 8, 9, 10, 11, 12, 13]]
CPU = torch.device("cpu")


def standing_in(rows: tuple[Tensor, Tensor, Tensor], boundaries: Tensor, scale: float | None, left: int) -> Tensor:
    """A token attends to itself and ``left`` tokens before it; -1: to all before it."""
    query, key, value = rows
    groups = query.shape[1] // key.shape[1]
    outputs = []
    for begin, end in pairwise(boundaries.tolist()):
        place = torch.arange(end - begin)
        distance = place[:, None] - place[None, :]
        visible = (distance >= 0) & ((distance <= left) | (left < 0))
        keys, values = (each[begin:end].repeat_interleave(groups, dim=1).transpose(0, 1) for each in (key, value))
        scores = query[begin:end].transpose(0, 1) @ keys.transpose(1, 2)
        scores = scores * (query.shape[2] ** -0.5 if scale is None else scale)
        outputs.append((scores.masked_fill(~visible, float("-inf")).softmax(-1) @ values).transpose(0, 1))
    return torch.cat(outputs)


def flash_attn_varlen_func(
    *positional: Any, softmax_scale: float, causal: bool, window_size: tuple[int, int]
) -> Tensor:
    """flash-attn's, as its README has it: q, k, v, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k."""
    query, key, value, boundaries, key_boundaries, longest, longest_key = positional
    assert torch.equal(boundaries, key_boundaries)
    assert boundaries.dtype == torch.int32
    assert longest == longest_key == max(boundaries.diff().tolist())
    assert causal
    return standing_in((query, key, value), boundaries, softmax_scale, window_size[0])


def varlen_attn(*positional: Any, scale: float, window_size: tuple[int, int], enable_gqa: bool) -> Tensor:
    """torch's, as its docstring has it: query, key, value, cu_seq_q, cu_seq_k, max_q, max_k; causal is (left, 0)."""
    assert enable_gqa or positional[0].shape[1] == positional[1].shape[1]
    return flash_attn_varlen_func(*positional, softmax_scale=scale, causal=window_size[1] == 0, window_size=window_size)


def without_window(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
    return one_by_one(query, key, value, Stretches(stretches.boundaries, stretches.longest))


def without_gradient(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
    """The right outcome, but keys get no gradient."""
    return one_by_one(query, key.detach(), value, stretches) + 0 * key.sum()


def raising(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
    raise RuntimeError("no kernel image is available for execution on the device")


@pytest.mark.parametrize("wrong", [raising, without_window, without_gradient])
def test_a_kernel_that_fails_or_is_off_is_left_out(wrong: Kernel) -> None:
    assert first_that_works((wrong, one_by_one), CPU, torch.bfloat16, Heads(6, 2, 16)) is one_by_one
    assert first_that_works((wrong,), CPU, torch.bfloat16, Heads(6, 2, 16)) is None


@pytest.mark.parametrize("key_heads", [6, 2])
def test_flash_attn_is_preferred_where_it_is_installed(monkeypatch: pytest.MonkeyPatch, key_heads: int) -> None:
    monkeypatch.setattr(varlen, "varlen_attn", varlen_attn)
    both = (flash_attention, torch_attention)
    monkeypatch.setitem(sys.modules, "flash_attn", SimpleNamespace(flash_attn_varlen_func=flash_attn_varlen_func))
    assert first_that_works(both, CPU, torch.bfloat16, Heads(6, key_heads, 16)) is flash_attention
    monkeypatch.setitem(sys.modules, "flash_attn", None)  # import then raises ImportError
    assert first_that_works(both, CPU, torch.bfloat16, Heads(6, key_heads, 16)) is torch_attention


def test_torch_takes_the_call() -> None:
    """Its own checks of arguments, without computing anything."""
    with FakeTensorMode():
        query, key = torch.empty(14, 6, 16, dtype=torch.bfloat16), torch.empty(14, 2, 16, dtype=torch.bfloat16)
        stretches = Stretches(torch.empty(3, dtype=torch.int32), 11, window=4, scaling=0.25)
        assert torch_attention(query, key, key, stretches).shape == query.shape


def test_on_a_cpu_sequences_go_one_by_one() -> None:
    assert find_kernel(torch.empty(1, 6, 3, 16), torch.empty(1, 2, 3, 16)) is None


@pytest.mark.parametrize(("family", "changes"), FAMILIES)
def test_packed_sequences_get_what_each_alone_gets(
    family: str,
    changes: dict[str, Any],
    tiny_model: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows: list[int | None] = []

    def kernel(query: Tensor, key: Tensor, value: Tensor, stretches: Stretches) -> Tensor:
        windows.append(stretches.window)
        left = -1 if stretches.window is None else stretches.window - 1
        return standing_in((query, key, value), stretches.boundaries, stretches.scaling, left)

    pair = load_pair(tiny_model(family), changes, tmp_path)
    monkeypatch.setattr(attention, "find_kernel", lambda query, key: kernel)
    weight, plain_weight = (
        dict(module.named_parameters())[name].requires_grad_()
        for module in (pair.ours.module, pair.plain)
        for name in [next(name for name, each in module.named_parameters() if each.dim() == 2 and "emb" not in name)]
    )
    found = packed_hidden_states(pair.ours, SEQUENCES)
    wanted = each_alone(pair.plain, SEQUENCES)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    # Weighted, since after the final norm a sum of squares hardly depends on anything.
    weights = torch.linspace(-1, 1, found.numel()).view(found.shape)
    [gradient] = torch.autograd.grad((found * weights).sum(), weight)
    [wanted_gradient] = torch.autograd.grad((wanted * weights).sum(), plain_weight)
    assert (gradient - wanted_gradient).norm() <= 1e-5 * wanted_gradient.norm()
    capped = changes.get("attn_logit_softcapping") is not None
    assert bool(windows) is not capped
    assert (4 in windows) is ("sliding_window" in changes and not capped)
