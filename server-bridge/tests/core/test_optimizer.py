"""AdamW as the trainer uses it."""

from __future__ import annotations

import pytest
import torch

from midblock_server.core.optimizer import (
    clip_gradients,
    make_optimizer,
    optimizer_tensors,
    restore_optimizer,
    step_optimizer,
)
from midblock_server.core.specification import OptimizerSettings


def parameters() -> dict[str, torch.Tensor]:
    return {"matrix": torch.ones(2, 3, requires_grad=True), "norm": torch.ones(3, requires_grad=True)}


def give_gradients(named: dict[str, torch.Tensor], value: float) -> None:
    for tensor in named.values():
        tensor.grad = torch.full_like(tensor, value)


def test_a_step_is_adamw_by_the_paper() -> None:
    """Loshchilov and Hutter 2019 (arXiv 1711.05101), algorithm 2, with bias correction, for two steps by hand."""
    named = parameters()
    optimizer = make_optimizer(named, OptimizerSettings(0.1, beta1=0.8, beta2=0.9, epsilon=1e-3, weight_decay=0.5))
    weight, first, second = 1.0, 0.0, 0.0
    for step, (gradient, rate) in enumerate([(0.5, 0.1), (-2.0, 0.05)], start=1):
        give_gradients(named, gradient)
        step_optimizer(optimizer, rate)
        first = 0.8 * first + 0.2 * gradient
        second = 0.9 * second + 0.1 * gradient**2
        update = (first / (1 - 0.8**step)) / ((second / (1 - 0.9**step)) ** 0.5 + 1e-3)
        weight = weight * (1 - rate * 0.5) - rate * update
    assert named["matrix"].tolist() == [[pytest.approx(weight, rel=1e-5)] * 3] * 2
    assert named["matrix"].grad is None


def test_vectors_are_not_decayed() -> None:
    named = parameters()
    optimizer = make_optimizer(named, OptimizerSettings(0.1, weight_decay=0.5))
    give_gradients(named, 0.0)
    step_optimizer(optimizer, 0.1)
    assert named["norm"].tolist() == [1.0] * 3
    assert named["matrix"][0].tolist() == pytest.approx([0.95] * 3)


@pytest.mark.parametrize(("limit", "after"), [(1.0, 1.0), (100.0, 6.0), (0.0, 6.0)])
def test_the_norm_is_of_all_gradients_before_clipping(limit: float, after: float) -> None:
    named = parameters()
    give_gradients(named, 2.0)  # nine numbers of 2: norm 6
    assert clip_gradients(named.values(), limit) == pytest.approx(6.0)
    squares = sum(float(tensor.grad.square().sum()) for tensor in named.values() if tensor.grad is not None)
    assert squares**0.5 == pytest.approx(after, rel=1e-5)


def test_a_restored_optimizer_goes_on_as_the_first_one() -> None:
    settings = OptimizerSettings(0.1, weight_decay=0.1)
    first = parameters()
    optimizer = make_optimizer(first, settings)
    for gradient in (1.0, -0.3):
        give_gradients(first, gradient)
        step_optimizer(optimizer, 0.1)
    second = {name: tensor.detach().clone().requires_grad_() for name, tensor in first.items()}
    restored = make_optimizer(second, settings)
    kept = {name: tensor.clone() for name, tensor in optimizer_tensors(optimizer, first).items()}
    restore_optimizer(restored, second, kept)
    for one, named in ((optimizer, first), (restored, second)):
        give_gradients(named, 0.7)
        step_optimizer(one, 0.05)
    assert all(torch.equal(first[name], second[name]) for name in first)
