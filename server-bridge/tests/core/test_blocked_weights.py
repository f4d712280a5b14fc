"""Blocked weights change how a linear map is computed, never what it computes, and leave no trace."""

from __future__ import annotations

import pytest
import torch
from profiled_calls import calls_of
from torch import nn

from midblock_server.core import blocked_weights as blocked_weights_module
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
