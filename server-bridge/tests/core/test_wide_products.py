"""Wide products change how a linear map is computed, never what it computes or its gradients, and leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from exact_steps import make_band, one_step
from profiled_calls import calls_of
from torch import nn
from training_runs import specify

from midblock_server.core.model import LoadedModel
from midblock_server.core.score import score
from midblock_server.core.session import ModelSession
from midblock_server.core.types import ScoreRequest, ScoreSequence
from midblock_server.core.wide_products import wide_products

pytestmark = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN")

TOLERANCE = 1e-5


def three_maps(dtype: torch.dtype = torch.float32) -> nn.Sequential:
    """To more outputs than inputs, to as many, and to fewer."""
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(24, 40), nn.Linear(40, 40, bias=False), nn.Linear(40, 8)).to(dtype)


def wide_calls(run: Callable[[], object]) -> int:
    return calls_of("mkldnn::_linear_pointwise", run)


@pytest.mark.parametrize("learns", [False, True])
@pytest.mark.parametrize("shape", [(24,), (0, 24), (1, 24), (7, 24), (2, 3, 24), (100, 24)])
def test_outputs_and_gradients_are_those_of_the_plain_maps(shape: tuple[int, ...], *, learns: bool) -> None:
    module = three_maps().requires_grad_(learns)
    inputs = torch.randn(shape).requires_grad_()
    wanted = [module(inputs), *gradients_of(module, inputs)]
    with wide_products(module):
        found = [module(inputs), *gradients_of(module, inputs)]
    assert len(found) == (7 if learns else 2)
    for each, plain in zip(found, wanted, strict=True):
        torch.testing.assert_close(each, plain, rtol=TOLERANCE, atol=TOLERANCE)


def gradients_of(module: nn.Module, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    learning = [each for each in module.parameters() if each.requires_grad]
    return torch.autograd.grad(module(inputs).square().sum(), [inputs, *learning])


def test_takes_wide_maps_in_float32_alone() -> None:
    module, inputs = three_maps(), torch.randn(5, 24)
    with wide_products(module):
        assert wide_calls(lambda: module(inputs)) == 2
    halved = three_maps(torch.bfloat16)
    with wide_products(halved):
        assert not any("forward" in vars(each) for each in halved)


def test_leaves_no_trace_even_after_an_error() -> None:
    module = three_maps()
    with pytest.raises(KeyError), wide_products(module):
        raise KeyError
    assert wide_calls(lambda: module(torch.randn(5, 24))) == 0


def test_weights_put_in_place_later_are_computed_with() -> None:
    module, inputs = three_maps(), torch.randn(5, 24)
    with wide_products(module), torch.no_grad():
        module.get_submodule("0").weight = nn.Parameter(torch.randn(40, 24))
        found = module(inputs)
    torch.testing.assert_close(found, module(inputs), rtol=TOLERANCE, atol=TOLERANCE)


def test_training_and_scoring_compute_with_them(load: Callable[..., LoadedModel], tiny_copy: Path) -> None:
    model = load(tiny_copy)
    specification = specify(model)
    band = make_band(model, specification)
    assert wide_calls(lambda: one_step(model, specification, band)) > 0
    band.detach()
    request = ScoreRequest((ScoreSequence((1, 2, 3, 4), first=1),))
    session = ModelSession(model)
    assert wide_calls(lambda: list(score(session, None, request, lambda: False))) > 0
