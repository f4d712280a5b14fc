"""Blocked weights change how a linear map is computed, never what it computes, and leave no trace."""

from __future__ import annotations

import pytest
import torch
from peft import LoraConfig
from profiled_calls import calls_of
from torch import nn

from midblock_server.core import blocked_weights as blocked_weights_module
from midblock_server.core.adapted_linear import AdaptedLinear
from midblock_server.core.blocked_weights import BlockedWeights

TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 1e-2}


def two_maps(dtype: torch.dtype) -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(24, 40), nn.Linear(40, 8, bias=False)).to(dtype).requires_grad_(False)


def calls_of_linear(module: nn.Module, inputs: torch.Tensor) -> int:
    return calls_of("aten::linear", lambda: module(inputs))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(1, 24), (7, 24), (2, 3, 24), (100, 24)])
def test_equals_the_plain_map(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    module, blocked = two_maps(dtype), BlockedWeights()
    inputs = torch.randn(shape).to(dtype)
    wanted = module(inputs)
    with blocked.in_place(module), torch.no_grad():
        found = module(inputs)
    torch.testing.assert_close(found, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_stands_in_only_while_in_place_even_after_an_error() -> None:
    module, inputs, blocked = two_maps(torch.float32), torch.randn(3, 24), BlockedWeights()
    with pytest.raises(KeyError), blocked.in_place(module):
        assert calls_of_linear(module, inputs) == 0
        raise KeyError
    assert calls_of_linear(module, inputs) == 2


def test_other_weights_put_in_place_later_are_noticed() -> None:
    module, inputs, blocked = two_maps(torch.float32), torch.randn(3, 24), BlockedWeights()
    with blocked.in_place(module):
        before = module(inputs)
    module.get_submodule("0").weight = nn.Parameter(torch.randn(40, 24), requires_grad=False)
    with blocked.in_place(module), torch.no_grad():
        after = module(inputs)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after, module(inputs))


def test_what_does_not_fit_the_memory_allowed_is_multiplied_as_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    module, inputs, blocked = two_maps(torch.float32), torch.randn(3, 24), BlockedWeights()
    monkeypatch.setattr(blocked_weights_module, "MOST_BYTES", 24 * 40 * 4)
    with blocked.in_place(module):
        assert calls_of_linear(module, inputs) == 1


def plain_first(module: nn.Sequential) -> nn.Module:
    first = module.get_submodule("0")
    base: nn.Module = first.get_base_layer() if isinstance(first, AdaptedLinear) else first
    return base


def adapt(module: nn.Sequential, seed: int, use_dora: bool = False) -> None:
    """Puts an adapter with drawn tensors in the first of the two maps."""
    torch.manual_seed(seed)
    adapted = AdaptedLinear(plain_first(module), LoraConfig(r=4, lora_alpha=8, use_dora=use_dora), 4, 8)
    for tensor in adapted.requires_grad_(False).tensors().values():
        tensor.copy_(torch.randn(tensor.shape))
    module[0] = adapted


@pytest.mark.parametrize("use_dora", [False, True])
def test_an_adapter_is_multiplied_into_the_copy(use_dora: bool) -> None:
    module, inputs, blocked = two_maps(torch.float32), torch.randn(3, 24), BlockedWeights()
    adapt(module, seed=1, use_dora=use_dora)
    wanted = module(inputs)
    with blocked.in_place(module), torch.no_grad():
        torch.testing.assert_close(module(inputs), wanted, rtol=1e-5, atol=1e-5)
        assert calls_of("aten::mm", lambda: module(inputs)) == calls_of("aten::addmm", lambda: module(inputs)) == 0
    assert torch.equal(module(inputs), wanted)


def test_an_adapter_stays_apart_where_the_sum_would_be_rounded() -> None:
    module, inputs, blocked = two_maps(torch.bfloat16), torch.randn(3, 24).bfloat16(), BlockedWeights()
    adapt(module, seed=1)
    with blocked.in_place(module), torch.no_grad():
        assert calls_of("aten::addmm_", lambda: module(inputs)) == 1


def test_other_adapters_put_in_place_later_are_noticed() -> None:
    module, inputs, blocked = two_maps(torch.float32), torch.randn(3, 24), BlockedWeights()
    adapt(module, seed=1)
    with blocked.in_place(module), torch.no_grad():
        before = module(inputs)
    adapt(module, seed=2)
    with blocked.in_place(module), torch.no_grad():
        after = module(inputs)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after, module(inputs), rtol=1e-5, atol=1e-5)
    module[0] = plain_first(module)
    with blocked.in_place(module), torch.no_grad():
        torch.testing.assert_close(module(inputs), two_maps(torch.float32)(inputs))
